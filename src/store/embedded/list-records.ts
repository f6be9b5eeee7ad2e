import type { CollectionPlace, StoredRecord } from '../record-store.ts';
import { isLive, seeLatest, type Tables } from './open-tables.ts';

/** `RecordStore.list` for a collection named `partition:collection`. */
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
    // ';' follows ':' in ASCII, so this sorts after every key of the collection.
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

/** `RecordStore.collections`: reads one row of each collection and skips the others. */
export async function* listCollections(tables: Tables): AsyncGenerator<CollectionPlace> {
  let start = '';
  for (;;) {
    // The caller may have taken long over the last collection.
    seeLatest(tables);
    const [first] = tables.rows.getKeys({ start, limit: 1 });
    if (first === undefined) return;
    const [partition = '', collection = ''] = first.split(':', 2);
    // Counters have an empty collection name.
    if (collection !== '') yield { partition, collection };
    // ';' follows ':' in ASCII, so this sorts after every row of the collection.
    start = `${partition}:${collection};`;
  }
}
