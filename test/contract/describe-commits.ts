import { describe, expect, it } from 'vitest';
import type { PutWrite } from '../../src/store/record-store.ts';
import {
  ALL,
  COMMITTED,
  keysIn,
  put,
  remove,
  type StoreUnderTest,
  versionOf,
} from './store-under-test.ts';

/** Atomicity, conditions and versions. */
export function describeCommits(subject: () => StoreUnderTest): void {
  const store = () => subject().store;

  describe('commit', () => {
    it('returns what was put, without an expiry', async () => {
      expect(await store().commit('p', [put('a', 'one')])).toEqual(COMMITTED);
      expect(await store().get('p', 'c', 'a')).toEqual({
        key: 'a',
        value: 'one',
        version: await versionOf(store(), 'a'),
        expiresAt: undefined,
      });
      expect(await store().get('p', 'c', 'b')).toBeUndefined();
    });

    it('replaces and deletes without conditions, whether or not the record exists', async () => {
      await store().commit('p', [put('a', 'one'), put('b', 'one')]);
      await store().commit('p', [put('a', 'two'), remove('b'), remove('never')]);
      expect((await store().get('p', 'c', 'a'))?.value).toBe('two');
      expect(await keysIn(store(), 'p', 'c')).toEqual(['a']);
    });

    it('writes nothing when one condition fails, and names the first that did', async () => {
      await store().commit('p', [put('a', 'one'), put('d', 'one')]);
      const before = await store().list('p', 'c', ALL);
      const result = await store().commit('p', [
        put('b', 'new', { condition: 'absent' }),
        remove('d'),
        put('a', 'two', { condition: 'absent' }),
        put('x', 'two', { condition: { version: 1 } }),
      ]);
      expect(result).toEqual({ outcome: 'conflict', collection: 'c', key: 'a' });
      expect(await store().list('p', 'c', ALL)).toEqual(before);
    });

    it('checks every condition against the state before the commit', async () => {
      await store().commit('p', [put('a', 'one'), put('b', 'one')]);
      const condition = { version: await versionOf(store(), 'b') };
      const result = await store().commit('p', [
        {
          kind: 'delete',
          collection: 'c',
          key: 'a',
          condition: { version: await versionOf(store(), 'a') },
        },
        put('b', 'two', { condition }),
        put('new', 'two', { condition: 'absent' }),
      ]);
      expect(result).toEqual(COMMITTED);
      expect(await keysIn(store(), 'p', 'c')).toEqual(['b', 'new']);
    });

    it('refuses a version other than the current one, and a version of an absent record', async () => {
      await store().commit('p', [put('a', 'one')]);
      const version = await versionOf(store(), 'a');
      await store().commit('p', [put('a', 'two')]);
      const stale = { condition: { version } };
      const conflict = { outcome: 'conflict', collection: 'c', key: 'a' };
      expect(await store().commit('p', [put('a', 'three', stale)])).toEqual(conflict);
      expect(await store().commit('p', [{ ...remove('a'), ...stale }])).toEqual(conflict);
      await store().commit('p', [remove('a')]);
      expect(await store().commit('p', [put('a', 'three', stale)])).toEqual(conflict);
      expect(await store().get('p', 'c', 'a')).toBeUndefined();
    });

    it('refuses two writes to one record, and makes neither', async () => {
      await expect(store().commit('p', [put('a', '1'), remove('a')])).rejects.toThrow(RangeError);
      expect(await store().get('p', 'c', 'a')).toBeUndefined();
      const elsewhere = { ...put('a', '2'), collection: 'd' };
      expect(await store().commit('p', [put('a', '1'), elsewhere])).toEqual(COMMITTED);
    });

    it('accepts an empty list of writes', async () => {
      expect(await store().commit('p', [])).toEqual(COMMITTED);
    });

    it('accepts hundreds of writes at once', async () => {
      const writes = Array.from({ length: 500 }, (_, i) => put(`k${i}`, 'x'.repeat(1_000)));
      expect(await store().commit('p', writes)).toEqual(COMMITTED);
      expect(await keysIn(store(), 'p', 'c')).toHaveLength(500);
    });
  });

  describe('under concurrency', () => {
    const outcomes = async (write: (i: number) => PutWrite) => {
      const commits = Array.from({ length: 100 }, (_, i) => store().commit('p', [write(i)]));
      return (await Promise.all(commits)).map(({ outcome }) => outcome);
    };

    it("lets exactly one of 100 commits create a record 'absent'", async () => {
      const results = await outcomes((i) => put('a', `${i}`, { condition: 'absent' }));
      expect(results.filter((outcome) => outcome === 'committed')).toHaveLength(1);
      expect((await store().get('p', 'c', 'a'))?.value).toBe(`${results.indexOf('committed')}`);
    });

    it('lets exactly one of 100 commits replace a version', async () => {
      await store().commit('p', [put('a', 'first')]);
      const condition = { version: await versionOf(store(), 'a') };
      const results = await outcomes((i) => put('a', `${i}`, { condition }));
      expect(results.filter((outcome) => outcome === 'committed')).toHaveLength(1);
      expect((await store().get('p', 'c', 'a'))?.value).toBe(`${results.indexOf('committed')}`);
    });

    it('loses no update of clients that read, change and retry on conflict', async () => {
      await store().commit('p', [put('sum', '0')]);
      const addOne = async (): Promise<void> => {
        const record = await store().get('p', 'c', 'sum');
        const condition = { version: record?.version ?? 0 };
        const write = put('sum', `${Number(record?.value) + 1}`, { condition });
        if ((await store().commit('p', [write])).outcome === 'conflict') await addOne();
      };
      await Promise.all(Array.from({ length: 20 }, addOne));
      expect((await store().get('p', 'c', 'sum'))?.value).toBe('20');
    });

    it('returns a different number for each of 100 increments', async () => {
      const numbers = Array.from({ length: 100 }, () => store().increment('p', 'n', 1));
      const sorted = (await Promise.all(numbers)).sort((a, b) => a - b);
      expect(sorted).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    });
  });

  describe('versions', () => {
    it('grow with every put of the partition', async () => {
      await store().commit('p', [put('a', '1'), put('b', '1')]);
      await store().commit('p', [put('a', '2')]);
      const [a, b] = [await versionOf(store(), 'a'), await versionOf(store(), 'b')];
      expect(a).toBeGreaterThan(b);
      await store().commit('p', [put('b', '1')]);
      expect(await versionOf(store(), 'b')).toBeGreaterThan(a);
    });

    it('are not used again after a delete, nor after reopening an emptied partition', async () => {
      await store().commit('p', [put('a', '1')]);
      const first = await versionOf(store(), 'a');
      await store().commit('p', [remove('a')]);
      await store().commit('p', [put('a', '1')]);
      const second = await versionOf(store(), 'a');
      expect(second).toBeGreaterThan(first);
      await store().commit('p', [remove('a')]);
      await subject().reopen();
      await store().commit('p', [put('a', '1')]);
      expect(await versionOf(store(), 'a')).toBeGreaterThan(second);
    });
  });
}
