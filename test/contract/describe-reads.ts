import { describe, expect, it } from 'vitest';
import { ALL, keysIn, put, remove, type StoreUnderTest } from './store-under-test.ts';

/** Lists, and names that must not share anything. */
export function describeReads(subject: () => StoreUnderTest): void {
  const store = () => subject().store;

  describe('list', () => {
    const names = ['!', '0', '10', '9', 'A', 'Z', 'a', 'a b', 'a:b', 'aa', '~'];

    it('returns pages in the byte order of the keys', async () => {
      await store().commit(
        'p',
        names.toReversed().map((key) => put(key, key)),
      );
      expect(await keysIn(store(), 'p', 'c')).toEqual(names);
      expect(await keysIn(store(), 'p', 'c', { limit: 3 })).toEqual(names.slice(0, 3));
      expect(await keysIn(store(), 'p', 'c', { after: '9', limit: 4 })).toEqual(names.slice(4, 8));
      expect(await keysIn(store(), 'p', 'c', { after: '95', limit: 1 })).toEqual(['A']);
      expect(await keysIn(store(), 'p', 'c', { after: '~', limit: 1 })).toEqual([]);
    });

    it('returns each lasting record once while others come and go between the pages', async () => {
      const lasting = Array.from({ length: 30 }, (_, i) => `k${String(i).padStart(2, '0')}`);
      await store().commit(
        'p',
        lasting.map((key) => put(key, '1')),
      );
      const met: string[] = [];
      let page = await keysIn(store(), 'p', 'c', { limit: 4 });
      while (page.length > 0) {
        met.push(...page);
        const last = page.at(-1) ?? '';
        await store().commit('p', [put('a', 'behind'), put('k20x', 'ahead until met')]);
        await store().commit('p', [remove(last)]);
        page = await keysIn(store(), 'p', 'c', { after: last, limit: 4 });
      }
      expect(met).toEqual([...lasting.slice(0, 21), 'k20x', ...lasting.slice(21)]);
    });
  });

  it('keeps partitions and collections apart when one name is a prefix of another', async () => {
    const places = [
      ['p', 'c'],
      ['p', 'cc'],
      ['pp', 'c'],
      ['p', 'c;'],
      ['p;', 'c'],
      ['p', 'p'],
    ];
    for (const [partition = '', collection = ''] of places)
      await store().commit(partition, [{ ...put('c:a', partition + collection), collection }]);
    for (const [partition = '', collection = ''] of places) {
      const found = await store().list(partition, collection, ALL);
      expect(found.map(({ value }) => value)).toEqual([partition + collection]);
    }
    await store().commit('p', [remove('c:a')]);
    expect(await keysIn(store(), 'p', 'cc')).toEqual(['c:a']);
    expect(await keysIn(store(), 'pp', 'c')).toEqual(['c:a']);
  });

  it('keeps counters apart from records and partitions', async () => {
    await store().commit('p', [put('n', 'text')]);
    expect(await store().increment('p', 'n', 1)).toBe(1);
    expect(await store().increment('p', 'c:n', 10)).toBe(10);
    expect(await store().increment('pp', 'n', 100)).toBe(100);
    expect(await store().increment('p', 'n', -3)).toBe(-2);
    expect((await store().get('p', 'c', 'n'))?.value).toBe('text');
    expect(await keysIn(store(), 'p', 'c')).toEqual(['n']);
  });

  it('keeps records, versions and counters when the store is reopened', async () => {
    const expiresAt = subject().now() + 60_000;
    await store().commit('p', [put('a', 'é'), put('b', '2', { expiresAt })]);
    await store().increment('p', 'n', 7, expiresAt);
    const before = await store().list('p', 'c', ALL);
    await subject().reopen();
    expect(await store().list('p', 'c', ALL)).toEqual(before);
    expect(await store().increment('p', 'n', 1)).toBe(8);
  });
}
