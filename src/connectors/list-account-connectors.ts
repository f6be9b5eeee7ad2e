import { omitUndefined } from '../omit-undefined.ts';
import { unlessUnreadable } from '../store/readable-entries.ts';
import type { RecordStore } from '../store/record-store.ts';
import { accountPartition, listedConnectors } from './account-record.ts';
import type { ConnectorScope } from './connector-arns.ts';
import type { ConnectorRecord } from './connector-record.ts';
import { findConnector } from './find-connector.ts';
import { type Page, type PageRequest, takePage } from './list-page.ts';

const AT_ONCE = 100;

/** A page of the connectors of one account in one region, in any status, by id. */
export async function listAccountConnectors(
  store: RecordStore,
  scope: ConnectorScope,
  page: PageRequest,
): Promise<Page<ConnectorRecord>> {
  return takePage(ownConnectors(store, scope, page), page.limit);
}

/** Each connector has its own partition, so the records of a page of ids are read in parallel. */
async function* ownConnectors(
  store: RecordStore,
  scope: ConnectorScope,
  { after, limit }: PageRequest,
): AsyncGenerator<ConnectorRecord> {
  const size = Math.min(limit + 1, AT_ONCE);
  let position = after;
  for (;;) {
    const page = await store.list(accountPartition(scope), listedConnectors.name, {
      limit: size,
      ...omitUndefined({ after: position }),
    });
    const find = ({ key }: { key: string }) => unlessUnreadable(store, findConnector(store, key));
    for (const connector of await Promise.all(page.map(find))) {
      // A call that is under way may have claimed the id only.
      if (connector !== undefined) yield connector;
    }
    position = page.at(-1)?.key;
    if (page.length < size) return;
  }
}
