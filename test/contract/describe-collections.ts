import { describe, expect, it } from 'vitest';
import type { RecordStore } from '../../src/store/record-store.ts';
import { ALL, put, remove, type StoreUnderTest } from './store-under-test.ts';

/** Lists the places that hold records. */
export function describeCollections(subject: () => StoreUnderTest): void {
  const store = () => subject().store;

  describe('collections', () => {
    it('do not exist in a new store', async () => {
      expect(await placesIn(store())).toEqual([]);
    });

    it('are listed once each, whatever their names and number of records', async () => {
      const places = ['p c', 'p cc', 'p !', 'p 9', 'p c;', 'pp c', 'p; c', '! ~', '~ !', '{p} c}'];
      const longest = `${'n'.repeat(200)} ${'m'.repeat(200)}`;
      for (const place of [...places, longest]) {
        const [partition = '', collection = ''] = place.split(' ');
        const writes = ['!', 'a:b', 'b', '~'].map((key) => ({ ...put(key, '1'), collection }));
        await store().commit(partition, writes);
      }
      expect(await placesIn(store())).toEqual([...places, longest].toSorted());
    });

    it('are all listed, however many there are', async () => {
      const names = Array.from({ length: 300 }, (_, i) => `p${i}`);
      await Promise.all(names.map((name) => store().commit(name, [put('a', '1')])));
      expect(await placesIn(store())).toEqual(names.map((name) => `${name} c`).toSorted());
    });

    it('do not come from counters, conflicts or deleted records', async () => {
      await store().increment('p', 'n', 1);
      await store().increment('q', 'c:n', 1);
      await store().commit('p', [put('a', '1', { condition: { version: 7 } })]);
      await store().commit('r', [put('a', '1')]);
      await store().commit('r', [remove('a')]);
      await store().commit('s', [put('a', '1')]);
      expect(await placesWithRecords(store())).toEqual(['s c']);
    });

    it('are not listed when all their records have expired', async () => {
      await store().commit('p', [put('a', '1', { expiresAt: subject().now() + 1_000 })]);
      await store().commit('q', [put('a', '1'), put('b', '1', { expiresAt: 1 })]);
      await subject().advance(1_000);
      expect(await placesWithRecords(store())).toEqual(['q c']);
    });

    it('are listed if they last, while others come and go', async () => {
      for (const name of ['a', 'c', 'e', 'g']) await store().commit(name, [put('k', '1')]);
      const met: string[] = [];
      for await (const { partition } of store().collections()) {
        met.push(partition);
        await store().commit('b', [put('k', '1')]);
        await store().commit('f', [put('k', '1')]);
        await store().commit('b', [remove('k')]);
      }
      expect(met).toEqual(expect.arrayContaining(['a', 'c', 'e', 'g']));
      expect(new Set(met).size).toBe(met.length);
    });

    it('are read again each time, and only as far as the caller asks', async () => {
      await store().commit('p', [put('a', '1')]);
      await store().commit('q', [put('a', '1')]);
      const places = store().collections();
      for await (const { collection } of places) {
        expect(collection).toBe('c');
        break;
      }
      expect(await placesIn(store())).toEqual(['p c', 'q c']);
    });
  });
}

/** The places, each as partition, space, collection; sorted. */
async function placesIn(store: RecordStore): Promise<string[]> {
  const places: string[] = [];
  for await (const { partition, collection } of store.collections()) {
    places.push(`${partition} ${collection}`);
  }
  return places.toSorted();
}

async function placesWithRecords(store: RecordStore): Promise<string[]> {
  const places: string[] = [];
  for (const place of await placesIn(store)) {
    const [partition = '', collection = ''] = place.split(' ');
    if ((await store.list(partition, collection, ALL)).length > 0) places.push(place);
  }
  return places;
}
