import type { StoredRecord } from '../record-store.ts';
import type { Tables } from './open-tables.ts';
import { isLive } from './write-row.ts';

/** The live records of `partition:collection`, as `RecordStore.list` gives them. */
export function listRecords(
  { rows }: Tables,
  collection: string,
  { after = '', limit }: { readonly after?: string; readonly limit: number },
  now: number,
): readonly StoredRecord[] {
  const prefix = `${collection}:`;
  const range = {
    start: prefix + after,
    exclusiveStart: true,
    // ';' is the character behind ':', so this lies behind every key of the collection.
    end: `${collection};`,
  };
  const found: StoredRecord[] = [];
  for (const { key, value: row } of rows.getRange(range)) {
    if (!isLive(row, now)) continue;
    found.push({ key: key.slice(prefix.length), ...row });
    if (found.length === limit) break;
  }
  return found;
}
