import type { CollectionPlace } from '../record-store.ts';
import type { Tables } from './open-tables.ts';
import { seeLatest } from './see-latest.ts';

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
