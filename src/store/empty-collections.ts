import type { RecordStore, Write } from './record-store.ts';

const PAGE = 500;

/**
 * Deletes every record of these collections of a partition, page by page. It repeats until a pass
 * finds none, so records that a concurrent call writes behind the first pass go too.
 */
export async function emptyCollections(
  store: RecordStore,
  partition: string,
  collections: readonly string[],
): Promise<void> {
  while ((await deleteOnce(store, partition, collections)) > 0);
}

/** @returns how many records it deleted */
async function deleteOnce(
  store: RecordStore,
  partition: string,
  collections: readonly string[],
): Promise<number> {
  let found = 0;
  for (const collection of collections) {
    for (;;) {
      const page = await store.list(partition, collection, { limit: PAGE });
      if (page.length === 0) break;
      found += page.length;
      const writes = page.map(({ key }): Write => ({ kind: 'delete', collection, key }));
      await store.commit(partition, writes);
    }
  }
  return found;
}
