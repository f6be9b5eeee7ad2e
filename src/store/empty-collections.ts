import type { RecordStore, Write } from './record-store.ts';

const PAGE = 500;

/**
 * Deletes every record of some collections of a partition, page by page, until there is none: what a call under way writes behind
 * the first pass goes with the next.
 */
export async function emptyCollections(
  store: RecordStore,
  partition: string,
  collections: readonly string[],
): Promise<void> {
  while ((await passOver(store, partition, collections)) > 0);
}

/** @returns how many records were there */
async function passOver(
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
