import { omitUndefined } from '../omit-undefined.ts';
import { type Collection, type Entry, listEntries } from './collection.ts';
import type { RecordStore } from './record-store.ts';

const PAGE = 100;

/**
 * The live entries of a collection after the key `after`, in ascending order, read page by page. An
 * entry that exists throughout appears once; one that is added or removed meanwhile may appear.
 * @throws Error when a stored value does not fit the schema
 */
export async function* allEntries<T>(
  store: RecordStore,
  partition: string,
  collection: Collection<T>,
  after?: string,
): AsyncGenerator<Entry<T>> {
  let position = after;
  for (;;) {
    const page = await listEntries(store, partition, collection, {
      limit: PAGE,
      ...omitUndefined({ after: position }),
    });
    yield* page;
    position = page.at(-1)?.key;
    if (page.length < PAGE) return;
  }
}
