import type { Entry } from '../store/collection.ts';
import { getEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { ChallengeRecord } from './challenge-record.ts';
import { challenges } from './challenge-record.ts';
import type { ConnectorScope } from './connector-arns.ts';
import { connectorArn } from './connector-arns.ts';
import { resourceNotFound } from './connector-errors.ts';
import type { ConnectorRecord } from './connector-record.ts';
import { CONNECTOR_KEY, connectorPartition, connectors } from './connector-record.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const CONNECTOR_ARN = new RegExp(`:connector/(${UUID})$`);
const CHALLENGE_ARN = new RegExp(`^(.*:connector/${UUID})/challenge/(${UUID})$`);

/** A challenge, and the connector whose it is. */
export interface OwnChallenge {
  readonly connector: ConnectorRecord;
  readonly challenge: Entry<ChallengeRecord>;
}

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

/**
 * The challenge with this ARN, if it is of the caller's account and region. The challenges of a connector in deletion are as
 * good as gone.
 * @throws AwsError ResourceNotFoundException
 */
export async function requireChallenge(
  store: RecordStore,
  scope: ConnectorScope,
  arn: string,
): Promise<OwnChallenge> {
  const [, owner, id] = CHALLENGE_ARN.exec(arn) ?? [];
  const connector = owner && (await findOwnConnector(store, scope, owner))?.value;
  if (connector && id !== undefined && connector.status !== 'DELETING') {
    const challenge = await getEntry(store, connectorPartition(connector.id), challenges, id);
    if (challenge !== undefined) return { connector, challenge };
  }
  throw resourceNotFound('Challenge', arn);
}

async function findOwnConnector(
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
