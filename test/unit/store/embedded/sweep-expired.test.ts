import { describe, expect, it } from 'vitest';
import { openLmdbRecordStore } from '../../../../src/store/embedded/lmdb-record-store.ts';
import { openTables } from '../../../../src/store/embedded/open-tables.ts';
import { startSweeping, sweepExpired } from '../../../../src/store/embedded/sweep-expired.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

const put = (key: string, expiresAt?: number) => ({
  kind: 'put' as const,
  collection: 'c',
  key,
  value: key,
  ...(expiresAt !== undefined && { expiresAt }),
});

/**
 * A directory whose store holds a..e expiring at 1..5, one record that stays and two counters, one
 * expiring at 3.
 */
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
  it('removes rows that have expired and their index entries, oldest first, up to the limit', async () => {
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

describe('startSweeping', () => {
  const expiriesIn = async (directory: string) => (await rowsIn(directory)).expiries.length;

  it('removes rows that were expired at each of many looks at the clock', async () => {
    const directory = await filledDirectory();
    const tables = openTables(directory);
    const times = [5, 3, 4];
    const sweeping = startSweeping(tables, () => times.shift() ?? 5, { intervalMs: 5, looks: 4 });
    await expect.poll(() => [...tables.expiries.getKeys()]).toEqual([]);
    await sweeping.stop();
    await tables.environment.close();
    expect((await rowsIn(directory)).rows).toEqual(['p::m', 'p:c:stays']);
  });

  it('removes no live row when the clock was ahead for a while', async () => {
    const directory = await filledDirectory();
    const tables = openTables(directory);
    let looks = 0;
    const clock = () => {
      looks += 1;
      return looks % 4 === 0 ? 2 : 1_000;
    };
    const sweeping = startSweeping(tables, clock, { intervalMs: 1, looks: 4 });
    await expect.poll(() => looks).toBeGreaterThan(20);
    await sweeping.stop();
    await tables.environment.close();
    expect(await expiriesIn(directory)).toBe(4);
  });
});

describe('an opened store', () => {
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
