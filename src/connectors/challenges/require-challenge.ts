import { type Entry, getEntry } from '../../store/collection.ts';
import type { RecordStore } from '../../store/record-store.ts';
import type { ConnectorScope } from '../connector-arns.ts';
import { resourceNotFound } from '../connector-errors.ts';
import { type ConnectorRecord, connectorPartition } from '../connector-record.ts';
import { findOwnConnector, UUID_PATTERN } from '../require-connector.ts';
import { type ChallengeRecord, challenges } from './challenge-record.ts';

const CHALLENGE_ARN = new RegExp(`^(.*:connector/${UUID_PATTERN})/challenge/(${UUID_PATTERN})$`);

/** A challenge, and the connector whose it is. */
export interface OwnChallenge {
  readonly connector: ConnectorRecord;
  readonly challenge: Entry<ChallengeRecord>;
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
