import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  base64Bytes,
  defineCollection,
  deleteEntry,
  getEntry,
  listEntries,
  putEntry,
  replaceEntry,
  storedObject,
} from '../../../src/store/collection.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';

interface Device {
  readonly name: string;
  readonly key: Uint8Array;
}

const schema: z.ZodType<Device> = z.strictObject({ name: z.string().max(10), key: base64Bytes });
const devices = defineCollection('device', schema);
const device = { name: 'phone é', key: Uint8Array.of(0, 255, 62, 63) };

let store: RecordStore;
beforeEach(() => {
  store = openInMemoryRecordStore(() => 1_000);
});

describe('putEntry', () => {
  it('stores JSON text that getEntry reads back', async () => {
    await store.commit('p', [putEntry(devices, 'a', device, { expiresAt: 2_000 })]);
    expect((await store.get('p', 'device', 'a'))?.value).toBe(
      '{"name":"phone é","key":"AP8+Pw=="}',
    );
    expect(await getEntry(store, 'p', devices, 'a')).toStrictEqual({
      key: 'a',
      value: device,
      version: 1,
      expiresAt: 2_000,
    });
  });

  it('carries the condition', async () => {
    const write = putEntry(devices, 'a', device, { condition: 'absent' });
    expect((await store.commit('p', [write])).outcome).toBe('committed');
    expect((await store.commit('p', [write])).outcome).toBe('conflict');
  });

  it('refuses a value that could not be read back, without quoting it', () => {
    const tooLong = { ...device, name: 'secret-secret' };
    expect(() => putEntry(devices, 'a', tooLong)).toThrow(
      'the value for device a does not fit its schema (name: too_big)',
    );
  });
});

describe('getEntry', () => {
  it('returns undefined for an absent entry', async () => {
    expect(await getEntry(store, 'p', devices, 'a')).toBeUndefined();
  });

  it.each([
    ['no JSON', 'secret {', '(value: invalid_type)'],
    ['another shape', '{"name":["secret"],"key":"AA=="}', '(name: invalid_type)'],
    ['no base64', '{"name":"x","key":"secret!"}', '(key: invalid_format)'],
    ['an unknown field', '{"name":"x","key":"","secret":1}', '(value: unrecognized_keys)'],
  ])('refuses %s, and names the record but not the value', async (_, value, issues) => {
    await store.commit('p', [{ kind: 'put', collection: 'device', key: 'a', value }]);
    const message = `the stored record p device a does not fit its schema ${issues}`;
    const place = { partition: 'p', collection: 'device', key: 'a', message };
    await expect(getEntry(store, 'p', devices, 'a')).rejects.toMatchObject(place);
    await expect(listEntries(store, 'p', devices, { limit: 1 })).rejects.toMatchObject(place);
  });
});

describe('storedObject', () => {
  const inner = storedObject({ size: z.number() });
  const boxes = defineCollection('box', storedObject({ inner, lid: z.boolean() }));

  it('keeps the members that a later version added when a record is rewritten', async () => {
    const later = { inner: { size: 1, unit: 'cm' }, lid: false, colour: { hue: 2 } };
    const value = JSON.stringify(later);
    await store.commit('p', [{ kind: 'put', collection: 'box', key: 'a', value }]);
    const entry = await getEntry(store, 'p', boxes, 'a');
    if (entry === undefined) throw new Error('no entry');
    await store.commit('p', [replaceEntry(boxes, entry, { ...entry.value, lid: true })]);
    const rewritten = await store.get('p', 'box', 'a');
    expect(JSON.parse(rewritten?.value ?? '')).toEqual({ ...later, lid: true });
  });

  it('still refuses a known member that does not fit', async () => {
    const value = '{"inner":{"size":"secret"},"lid":true,"colour":1}';
    await store.commit('p', [{ kind: 'put', collection: 'box', key: 'a', value }]);
    const message = 'the stored record p box a does not fit its schema (inner.size: invalid_type)';
    await expect(getEntry(store, 'p', boxes, 'a')).rejects.toMatchObject({ message });
  });
});

describe('listEntries', () => {
  it('returns pages in the order of the keys', async () => {
    const keys = ['c', 'a', 'b'];
    await store.commit(
      'p',
      keys.map((key) => putEntry(devices, key, { ...device, name: key })),
    );
    const page = await listEntries(store, 'p', devices, { after: 'a', limit: 5 });
    expect(page.map(({ value }) => value.name)).toEqual(['b', 'c']);
  });
});

describe('deleteEntry', () => {
  it('removes the entry when its condition holds', async () => {
    await store.commit('p', [putEntry(devices, 'a', device)]);
    const stale = deleteEntry(devices, 'a', { version: 9 });
    expect((await store.commit('p', [stale])).outcome).toBe('conflict');
    expect((await store.commit('p', [deleteEntry(devices, 'a')])).outcome).toBe('committed');
    expect(await getEntry(store, 'p', devices, 'a')).toBeUndefined();
  });
});
