import { putEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { Sealer } from '../store/seal.ts';
import type { ChallengeRecord } from './challenge-record.ts';
import {
  challengeDigestContext,
  challengeDigests,
  challengeSealContext,
  challenges,
} from './challenge-record.ts';
import { challengeArn } from './connector-arns.ts';
import type { ConnectorRecord } from './connector-record.ts';
import { connectorPartition } from './connector-record.ts';

interface Dependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly randomUuid: () => string;
}

/** Makes a challenge with a fresh password, a UUID as AWS's are. The password can be read again by `openChallengePassword`. */
export async function createChallenge(
  { store, sealer, clock, randomUuid }: Dependencies,
  connector: ConnectorRecord,
  tags: Readonly<Record<string, string>> = {},
): Promise<{ challenge: ChallengeRecord; password: string }> {
  const id = randomUuid();
  const password = randomUuid();
  const context = challengeSealContext(connector.id, id);
  const challenge: ChallengeRecord = {
    arn: challengeArn(connector, id),
    id,
    connectorArn: connector.arn,
    sealedPassword: sealer.seal(Buffer.from(password), context),
    tags: { ...tags },
    createdAt: clock(),
    updatedAt: clock(),
  };
  const digest = sealer.digest(password, challengeDigestContext(connector.id));
  await store.commit(connectorPartition(connector.id), [
    putEntry(challenges, id, challenge, { condition: 'absent' }),
    putEntry(challengeDigests, digest, { challengeId: id }, { condition: 'absent' }),
  ]);
  return { challenge, password };
}
