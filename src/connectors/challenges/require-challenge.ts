import { type Entry, getEntry } from '../../store/collection.ts';
import type { RecordStore } from '../../store/record-store.ts';
import { type ConnectorScope, parseChallengeArn } from '../connector-arns.ts';
import { resourceNotFound } from '../connector-errors.ts';
import { type ConnectorRecord, connectorPartition } from '../connector-record.ts';
import { findOwnConnector } from '../require-connector.ts';
import { type ChallengeRecord, challenges } from './challenge-record.ts';

/** A challenge with its connector. */
export interface OwnChallenge {
  readonly connector: ConnectorRecord;
  readonly challenge: Entry<ChallengeRecord>;
}

/**
 * The challenge with this ARN in the caller's account and region. A connector that is DELETING has
 * no challenges.
 * @throws AwsError ResourceNotFoundException
 */
export async function requireChallenge(
  store: RecordStore,
  scope: ConnectorScope,
  arn: string,
): Promise<OwnChallenge> {
  const named = parseChallengeArn(arn);
  const connector = named && (await findOwnConnector(store, scope, named.connectorArn))?.value;
  if (connector && connector.status !== 'DELETING') {
    const challenge = await getEntry(store, connectorPartition(connector.id), challenges, named.id);
    if (challenge !== undefined) return { connector, challenge };
  }
  throw resourceNotFound('Challenge', arn);
}
