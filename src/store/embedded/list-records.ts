import type { CollectionPlace, StoredRecord } from '../record-store.ts';
import { isLive, seeLatest, type Tables } from './open-tables.ts';

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

/** As `RecordStore.collections`: reads one row of each collection and passes over the others. */
export async function* listCollections(tables: Tables): AsyncGenerator<CollectionPlace> {
  let start = '';
  for (;;) {
    // The caller may have taken its time since the last one.
    seeLatest(tables);
    const [first] = tables.rows.getKeys({ start, limit: 1 });
    if (first === undefined) return;
    const [partition = '', collection = ''] = first.split(':', 2);
    // The nameless collection is that of the counters.
    if (collection !== '') yield { partition, collection };
    // ';' is the character behind ':', so this lies behind every row of the collection.
    start = `${partition}:${collection};`;
  }
}
