import { describe, expect, it } from 'vitest';
import { openLmdbRecordStore } from '../../../../src/store/embedded/lmdb-record-store.ts';
import { openTables } from '../../../../src/store/embedded/open-tables.ts';
import { sweepExpired } from '../../../../src/store/embedded/sweep-expired.ts';
import { tempDirectory } from '../../../support/temp-directory.ts';

const put = (key: string, expiresAt?: number) => ({
  kind: 'put' as const,
  collection: 'c',
  key,
  value: key,
  ...(expiresAt !== undefined && { expiresAt }),
});

/** A directory whose store holds a..e expiring at 1..5, one record that stays and two counters, one expiring at 3. */
async function filledDirectory(): Promise<string> {
  const directory = tempDirectory();
  const store = await openLmdbRecordStore({ directory, clock: () => 0 });
  await store.commit(
    'p',
    ['a', 'b', 'c', 'd', 'e'].map((key, i) => put(key, i + 1)),
  );
  await store.commit('p', [put('stays')]);
  await store.increment('p', 'n', 1, 3);
  await store.increment('p', 'm', 1);
  await store.close();
  return directory;
}

async function rowsIn(directory: string) {
  const { environment, rows, expiries } = openTables(directory);
  const found = { rows: [...rows.getKeys()], expiries: [...expiries.getKeys()] };
  await environment.close();
  return found;
}

describe('sweepExpired', () => {
  it('removes what expired until now and its index entries, oldest first, within the limit', async () => {
    const directory = await filledDirectory();
    const tables = openTables(directory);
    expect(await sweepExpired(tables, 3, 2)).toBe(2);
    expect([...tables.rows.getKeys()]).toEqual([
      ...['p::m', 'p::n', 'p:c:c', 'p:c:d', 'p:c:e', 'p:c:stays'],
    ]);
    expect(await sweepExpired(tables, 3, 100)).toBe(2);
    expect(await sweepExpired(tables, 3, 100)).toBe(0);
    await tables.environment.close();
    expect(await rowsIn(directory)).toEqual({
      rows: ['p::m', 'p:c:d', 'p:c:e', 'p:c:stays'],
      expiries: [
        [4, 'p:c:d'],
        [5, 'p:c:e'],
      ],
    });
  });
});

describe('an opened store', () => {
  it('sweeps what expired while it was closed', async () => {
    const directory = await filledDirectory();
    const store = await openLmdbRecordStore({ directory, clock: () => 5 });
    // The first sweep entered the queue of transactions before this commit.
    await store.commit('p', [put('new')]);
    await store.close();
    const { rows, expiries } = await rowsIn(directory);
    expect(rows).toEqual(['p::m', 'p:c:new', 'p:c:stays']);
    expect(expiries).toEqual([]);
  });

  it('keeps one index entry for a record that is put again, and none for a deleted one', async () => {
    const directory = await filledDirectory();
    const store = await openLmdbRecordStore({ directory, clock: () => 0 });
    await store.commit('p', [put('a', 9), put('b'), { kind: 'delete', collection: 'c', key: 'c' }]);
    await store.close();
    const { expiries } = await rowsIn(directory);
    expect(expiries).toEqual([
      [3, 'p::n'],
      [4, 'p:c:d'],
      [5, 'p:c:e'],
      [9, 'p:c:a'],
    ]);
  });
});
