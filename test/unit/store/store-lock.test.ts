import { expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../src/store/record-store.ts';
import { createStoreLock } from '../../../src/store/store-lock.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';

const write = { kind: 'put', collection: 'c', key: 'k', value: 'v' } as const;

it('refuses every call until it is open, and writes nothing', async () => {
  const store = openInMemoryRecordStore(Date.now);
  const guarded = createStoreLock().guard(store);
  const calls = [
    () => guarded.get('p', 'c', 'k'),
    () => guarded.list('p', 'c', { limit: 1 }),
    () => guarded.commit('p', [write]),
    () => guarded.increment('p', 'n', 1),
    () => guarded.collections()[Symbol.asyncIterator]().next(),
  ];
  for (const call of calls) await expect(call()).rejects.toThrow(StoreUnavailableError);
  expect(await store.get('p', 'c', 'k')).toBeUndefined();
  expect(await store.increment('p', 'n', 0)).toBe(0);
});

it('opens once the check of the store behind it succeeds, and not before', async () => {
  const store = openInMemoryRecordStore(Date.now);
  const lock = createStoreLock();
  const guarded = lock.guard(store);
  const refusal = new Error('not this one');
  await expect(lock.unlock(() => Promise.reject(refusal))).rejects.toBe(refusal);
  await expect(guarded.get('p', 'c', 'k')).rejects.toThrow(StoreUnavailableError);
  await lock.unlock(async (behind) => {
    expect(behind).toBe(store);
    await expect(guarded.get('p', 'c', 'k')).rejects.toThrow(StoreUnavailableError);
  });
  await guarded.commit('p', [write]);
  expect((await guarded.get('p', 'c', 'k'))?.value).toBe('v');
});
