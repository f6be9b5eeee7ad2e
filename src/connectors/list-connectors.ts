import { allEntries } from '../store/all-entries.ts';
import type { RecordStore } from '../store/record-store.ts';
import { accountPartition, listedConnectors } from './account-record.ts';
import type { ConnectorScope } from './connector-arns.ts';
import type { ConnectorRecord } from './connector-record.ts';
import { findConnector } from './find-connector.ts';
import type { Page, PageRequest } from './list-page.ts';
import { takePage } from './list-page.ts';

/** A page of the connectors of one account in one region, whatever their status, in the order of their ids. */
export async function listConnectors(
  store: RecordStore,
  scope: ConnectorScope,
  { after, limit }: PageRequest,
): Promise<Page<ConnectorRecord>> {
  return takePage(ownConnectors(store, scope, after), limit);
}

async function* ownConnectors(
  store: RecordStore,
  scope: ConnectorScope,
  after: string | undefined,
): AsyncGenerator<ConnectorRecord> {
  for await (const { key } of allEntries(store, accountPartition(scope), listedConnectors, after)) {
    const connector = await findConnector(store, key);
    // An id may be claimed by a call that has not stored its connector yet.
    if (connector !== undefined) yield connector;
  }
}
