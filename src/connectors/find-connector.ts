import { timingSafeEqual } from 'node:crypto';
import { getEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import {
  CONNECTOR_KEY,
  type ConnectorRecord,
  connectorPartition,
  connectors,
} from './connector-record.ts';
import { parseConnectorSegment } from './connector-urls.ts';

/**
 * The ACTIVE connector that a SCEP path names, or undefined. The last segment of the URL is
 * secret: it is compared in constant time, and a wrong one looks like a connector that does not
 * exist.
 */
export async function findConnectorByPath(
  store: RecordStore,
  connectorSegment: string,
  urlSecret: string,
): Promise<ConnectorRecord | undefined> {
  const named = parseConnectorSegment(connectorSegment);
  if (named === undefined) return undefined;
  const connector = await findConnector(store, named.connectorId);
  const found =
    connector?.status === 'ACTIVE' &&
    connector.accountId === named.accountId &&
    equalText(connector.urlSecret, urlSecret);
  return found ? connector : undefined;
}

/** The connector with this id, of any account and in any status. */
export async function findConnector(
  store: RecordStore,
  connectorId: string,
): Promise<ConnectorRecord | undefined> {
  const partition = connectorPartition(connectorId);
  return (await getEntry(store, partition, connectors, CONNECTOR_KEY))?.value;
}

function equalText(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
