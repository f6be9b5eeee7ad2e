import { omitUndefined } from '../../omit-undefined.ts';
import type { CollectionPlace, RecordStore } from '../record-store.ts';
import type { ArchivedRecord } from './archive-lines.ts';

const PAGE = 100;

/** Whether the store holds no live record; counters are ignored. */
export async function isEmpty(store: RecordStore): Promise<boolean> {
  for await (const records of allRecords(store)) {
    if (records.length > 0) return false;
  }
  return true;
}

/**
 * Every live record of the store, page by page, in the order of partitions, collections and keys. A
 * record that exists throughout appears once; one that is added or removed meanwhile may appear.
 */
export async function* allRecords(store: RecordStore): AsyncGenerator<readonly ArchivedRecord[]> {
  for (const { partition, collection } of await sortedPlaces(store)) {
    let after: string | undefined;
    for (;;) {
      const options = { limit: PAGE, ...omitUndefined({ after }) };
      const page = await store.list(partition, collection, options);
      yield page.map(({ key, value, expiresAt }) => {
        return { partition, collection, key, value, expiresAt };
      });
      after = page.at(-1)?.key;
      if (page.length < PAGE) break;
    }
  }
}

/**
 * A fixed order, because a running server may write two related records while they are read and
 * only the one that is read first can be missing. Of a revocation that is the mark on the
 * certificate, which can be revoked again; the entry for the CRL is never missing alone.
 */
async function sortedPlaces(store: RecordStore): Promise<readonly CollectionPlace[]> {
  const places: CollectionPlace[] = [];
  for await (const place of store.collections()) places.push(place);
  const rank = ({ partition, collection }: CollectionPlace) => `${partition}:${collection}:`;
  return places.sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
}
