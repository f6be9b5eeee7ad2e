import type { RecordStore } from '../record-store.ts';
import type { ArchivedRecord } from './archive-lines.ts';

const PAGE = 100;

export async function isEmpty(store: RecordStore): Promise<boolean> {
  for await (const records of allRecords(store)) {
    if (records.length > 0) return false;
  }
  return true;
}

/**
 * Every live record of the store, page by page: what lives throughout comes once, what comes or goes meanwhile may or
 * may not. The records of a collection come together, in the order of their keys.
 */
export async function* allRecords(store: RecordStore): AsyncGenerator<readonly ArchivedRecord[]> {
  for await (const { partition, collection } of store.collections()) {
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
