import { type Entry, getEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import { type ConnectorScope, connectorArn } from './connector-arns.ts';
import { resourceNotFound } from './connector-errors.ts';
import {
  CONNECTOR_KEY,
  type ConnectorRecord,
  connectorPartition,
  connectors,
} from './connector-record.ts';

export const UUID_PATTERN = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const CONNECTOR_ARN = new RegExp(`:connector/(${UUID_PATTERN})$`);

/** The connector with this ARN, if it is of the caller's account and region. @throws AwsError ResourceNotFoundException */
export async function requireConnector(
  store: RecordStore,
  scope: ConnectorScope,
  arn: string,
): Promise<Entry<ConnectorRecord>> {
  const connector = await findOwnConnector(store, scope, arn);
  if (connector === undefined) throw resourceNotFound('Connector', arn);
  return connector;
}

/** The connector with this ARN, or nothing when it belongs to another account or region. */
export async function findOwnConnector(
  store: RecordStore,
  scope: ConnectorScope,
  arn: string,
): Promise<Entry<ConnectorRecord> | undefined> {
  const [, id] = CONNECTOR_ARN.exec(arn) ?? [];
  if (id === undefined || arn !== connectorArn(scope, id)) return undefined;
  const entry = await getEntry(store, connectorPartition(id), connectors, CONNECTOR_KEY);
  // The id alone finds the record: whose it is, it says itself.
  return entry?.value.arn === arn ? entry : undefined;
}
