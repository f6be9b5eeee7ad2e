import { putEntry } from '../../store/collection.ts';
import type { RecordStore } from '../../store/record-store.ts';
import type { Sealer } from '../../store/seal.ts';
import type { ConnectorQuotas } from '../account-record.ts';
import { clientToken, findByClientToken, rememberClientToken } from '../client-token.ts';
import { challengeArn } from '../connector-arns.ts';
import { conflict, invalid, quotaExceeded, resourceNotFound } from '../connector-errors.ts';
import { type ConnectorRecord, connectorPartition } from '../connector-record.ts';
import { readCount, recount } from '../count-record.ts';
import { deletionMarks, unlessDeleted } from '../deletion-mark.ts';
import { checkChallengeTags } from '../tags/check-tags.ts';
import {
  type ChallengeRecord,
  challengeDigestContext,
  challengeDigests,
  challengeSealContext,
  challenges,
} from './challenge-record.ts';
import { findChallengeById, openChallengePassword } from './find-challenge.ts';

interface Dependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly randomUuid: () => string;
  readonly quotas: ConnectorQuotas;
}

export interface ChallengeRequest {
  readonly tags: Readonly<Record<string, string>>;
  readonly clientToken?: string | undefined;
}

export interface CreatedChallenge {
  readonly challenge: ChallengeRecord;
  readonly password: string;
}

/**
 * Creates a challenge with a new password, a UUID as AWS's are. A used ClientToken returns the same
 * challenge and password. `openChallengePassword` reads the password later.
 * @throws AwsError ValidationException, ConflictException, ServiceQuotaExceededException,
 * ResourceNotFoundException
 */
export async function makeChallenge(
  deps: Dependencies,
  connector: ConnectorRecord,
  { tags, clientToken: givenToken }: ChallengeRequest,
): Promise<CreatedChallenge> {
  requireChallenges(connector);
  checkChallengeTags(tags);
  const { store, quotas } = deps;
  const partition = connectorPartition(connector.id);
  const token =
    givenToken === undefined ? undefined : clientToken('CreateChallenge', givenToken, { tags });
  const arnOf = (id: string) => challengeArn(connector, id);
  const resource = { partition, type: 'Challenge', arnOf } as const;
  const created = newChallenge(deps, connector, tags);
  for (;;) {
    const known = token && (await findByClientToken(store, resource, token));
    if (known !== undefined) return replay(deps, connector, known);
    const count = await readCount(store, partition, 'challenges');
    const quota = quotas.challengesPerConnector;
    if (count.value >= quota) throw quotaExceeded('Challenge', quota);
    const result = await store.commit(partition, [
      ...challengeWrites(deps.sealer, connector, created),
      recount(count, 1),
      unlessDeleted(),
      ...(token ? [rememberClientToken(token, created.challenge.id, deps.clock())] : []),
    ]);
    if (result.outcome === 'committed') return created;
    if (result.collection === deletionMarks.name) {
      throw resourceNotFound('Connector', connector.arn);
    }
  }
}

/** @throws AwsError ValidationException for a connector for Intune, or one that is not ACTIVE */
function requireChallenges({ type, status, arn }: ConnectorRecord): void {
  if (type !== 'GENERAL_PURPOSE') {
    throw invalid(
      `Connector ${arn} is of type ${type} and has no challenges`,
      'INVALID_CONNECTOR_TYPE',
    );
  }
  if (status !== 'ACTIVE') {
    throw invalid(`Connector ${arn} is ${status} and must be ACTIVE`, 'INVALID_STATE');
  }
}

function newChallenge(
  { sealer, clock, randomUuid }: Dependencies,
  connector: ConnectorRecord,
  tags: Readonly<Record<string, string>>,
): CreatedChallenge {
  const id = randomUuid();
  const password = randomUuid();
  const context = challengeSealContext(connector.id, id);
  const now = clock();
  const challenge: ChallengeRecord = {
    arn: challengeArn(connector, id),
    id,
    connectorArn: connector.arn,
    sealedPassword: sealer.seal(Buffer.from(password), context),
    tags: { ...tags },
    createdAt: now,
    updatedAt: now,
  };
  return { challenge, password };
}

function challengeWrites(
  sealer: Sealer,
  connector: ConnectorRecord,
  { challenge, password }: CreatedChallenge,
) {
  const [digest] = sealer.digests(password, challengeDigestContext(connector.id));
  return [
    putEntry(challenges, challenge.id, challenge, { condition: 'absent' }),
    putEntry(challengeDigests, digest, { challengeId: challenge.id }, { condition: 'absent' }),
  ];
}

/** @throws AwsError ConflictException when the ClientToken's challenge has been deleted since */
async function replay(
  { store, sealer }: Dependencies,
  connector: ConnectorRecord,
  challengeId: string,
): Promise<CreatedChallenge> {
  const challenge = await findChallengeById(store, connector.id, challengeId);
  if (challenge === undefined) {
    const arn = challengeArn(connector, challengeId);
    throw conflict(
      'Challenge',
      arn,
      'The ClientToken is of a challenge that has been deleted since',
    );
  }
  return { challenge, password: openChallengePassword(sealer, connector.id, challenge) };
}
