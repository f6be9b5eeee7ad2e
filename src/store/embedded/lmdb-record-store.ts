import type { RecordStore } from '../record-store.ts';
import { validateCalls } from '../validate-calls.ts';
import { applyWrites } from './apply-writes.ts';
import { listCollections, listRecords } from './list-records.ts';
import { isLive, openTables, seeLatest, writeRow } from './open-tables.ts';
import { startSweeping } from './sweep-expired.ts';
import { transact } from './transact.ts';

/**
 * The record store on LMDB, for one machine: several processes may share the directory. A resolved
 * commit or increment survives even a power cut.
 * @param clock milliseconds since the epoch
 * @throws UnusableStoreError naming the directory
 */
export async function openLmdbRecordStore({
  directory,
  clock,
}: {
  readonly directory: string;
  readonly clock: () => number;
}): Promise<RecordStore> {
  const tables = openTables(directory);
  const sweeping = startSweeping(tables, clock);
  return validateCalls({
    async get(partition, collection, key) {
      seeLatest(tables);
      const row = tables.rows.get(`${partition}:${collection}:${key}`);
      return row && isLive(row, clock()) ? { key, ...row } : undefined;
    },
    async list(partition, collection, page) {
      seeLatest(tables);
      return listRecords(tables, `${partition}:${collection}`, page, clock());
    },
    async commit(partition, writes) {
      return transact(tables, () => applyWrites(tables, partition, writes, clock()));
    },
    async increment(partition, counter, by, expiresAt) {
      return transact(tables, () => {
        const key = `${partition}::${counter}`;
        const row = tables.rows.get(key);
        const current = row && isLive(row, clock()) ? row : { value: '0', version: 0, expiresAt };
        const sum = Number(current.value) + by;
        writeRow(tables, key, { ...current, value: String(sum) });
        return sum;
      });
    },
    collections: () => listCollections(tables),
    async close() {
      await sweeping.stop();
      await tables.environment.close();
    },
  });
}
