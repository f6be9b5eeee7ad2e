import type { CollectionPlace, RecordStore } from '../record-store.ts';
import type { ArchivedRecord } from './archive-lines.ts';

const PAGE = 100;

/** Whether no record lives in the store; counters do not count. */
export async function isEmpty(store: RecordStore): Promise<boolean> {
  for await (const records of allRecords(store)) {
    if (records.length > 0) return false;
  }
  return true;
}

/**
 * Every live record of the store, page by page, in the order of partitions, collections and keys: what lives throughout comes once,
 * what comes or goes meanwhile may or may not.
 */
export async function* allRecords(store: RecordStore): AsyncGenerator<readonly ArchivedRecord[]> {
  for (const { partition, collection } of await sortedPlaces(store)) {
    let after: string | undefined;
    for (;;) {
      const from = after === undefined ? {} : { after };
      const page = await store.list(partition, collection, { ...from, limit: PAGE });
      yield page.map(({ key, value, expiresAt }) => {
        return { partition, collection, key, value, expiresAt };
      });
      after = page.at(-1)?.key;
      if (page.length < PAGE) break;
    }
  }
}

/**
 * Always in one order, so that it is known which half of what a running server writes together can be missing: of a revocation
 * the mark on the certificate, and then it can be revoked again, never its entry for the CRL alone.
 */
async function sortedPlaces(store: RecordStore): Promise<readonly CollectionPlace[]> {
  const places: CollectionPlace[] = [];
  for await (const place of store.collections()) places.push(place);
  const rank = ({ partition, collection }: CollectionPlace) => `${partition}:${collection}:`;
  return places.sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
}
