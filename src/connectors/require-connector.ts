import { type Entry, getEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import { type ConnectorScope, parseConnectorArn } from './connector-arns.ts';
import { resourceNotFound } from './connector-errors.ts';
import {
  CONNECTOR_KEY,
  type ConnectorRecord,
  connectorPartition,
  connectors,
} from './connector-record.ts';

/**
 * The connector with this ARN in the caller's account and region.
 * @throws AwsError ResourceNotFoundException
 */
export async function requireConnector(
  store: RecordStore,
  scope: ConnectorScope,
  arn: string,
): Promise<Entry<ConnectorRecord>> {
  const connector = await findOwnConnector(store, scope, arn);
  if (connector === undefined) throw resourceNotFound('Connector', arn);
  return connector;
}

/** The connector with this ARN; undefined when it belongs to another account or region. */
export async function findOwnConnector(
  store: RecordStore,
  scope: ConnectorScope,
  arn: string,
): Promise<Entry<ConnectorRecord> | undefined> {
  const id = parseConnectorArn(scope, arn);
  if (id === undefined) return undefined;
  const entry = await getEntry(store, connectorPartition(id), connectors, CONNECTOR_KEY);
  // The id alone finds the record, which knows its account and region.
  return entry?.value.arn === arn ? entry : undefined;
}
