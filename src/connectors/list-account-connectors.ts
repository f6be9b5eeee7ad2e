import { listEntries } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import { accountPartition, listedConnectors } from './account-record.ts';
import type { ConnectorScope } from './connector-arns.ts';
import type { ConnectorRecord } from './connector-record.ts';
import { findConnector } from './find-connector.ts';
import { type Page, type PageRequest, takePage } from './list-page.ts';

const AT_ONCE = 100;

/** A page of the connectors of one account in one region, whatever their status, in the order of their ids. */
export async function listAccountConnectors(
  store: RecordStore,
  scope: ConnectorScope,
  page: PageRequest,
): Promise<Page<ConnectorRecord>> {
  return takePage(ownConnectors(store, scope, page), page.limit);
}

/** Their records lie in partitions of their own: each page of ids is looked up at once. */
async function* ownConnectors(
  store: RecordStore,
  scope: ConnectorScope,
  { after, limit }: PageRequest,
): AsyncGenerator<ConnectorRecord> {
  const size = Math.min(limit + 1, AT_ONCE);
  let position = after;
  for (;;) {
    const page = await listEntries(store, accountPartition(scope), listedConnectors, {
      limit: size,
      ...(position === undefined ? {} : { after: position }),
    });
    for (const connector of await Promise.all(page.map(({ key }) => findConnector(store, key)))) {
      // An id may be claimed by a call that has not stored its connector yet.
      if (connector !== undefined) yield connector;
    }
    position = page.at(-1)?.key;
    if (page.length < size) return;
  }
}
