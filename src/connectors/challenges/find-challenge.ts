import { getEntry } from '../../store/collection.ts';
import { listReadable } from '../../store/readable-entries.ts';
import type { RecordStore } from '../../store/record-store.ts';
import type { Sealer } from '../../store/seal.ts';
import { connectorPartition } from '../connector-record.ts';
import {
  type ChallengeRecord,
  challengeDigestContext,
  challengeDigests,
  challengeSealContext,
  challenges,
} from './challenge-record.ts';

interface Dependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
}

/** A longer password is certainly wrong, and not worth a digest. */
const MAX_PASSWORD_LENGTH = 256;
/** `openPasswordRequest` tries no more. */
const MAX_PASSWORDS = 8;

/**
 * The challenge of this connector with this password, or undefined. The look-up uses a keyed
 * digest, so its duration does not tell how much of a wrong password was right. The digest under
 * the current master key is looked up last, because `master-key reseal` moves challenges there
 * meanwhile.
 */
export async function findChallengeByPassword(
  { store, sealer }: Dependencies,
  connectorId: string,
  password: string,
): Promise<ChallengeRecord | undefined> {
  if (password.length > MAX_PASSWORD_LENGTH) return undefined;
  const partition = connectorPartition(connectorId);
  const digests = sealer.digests(password, challengeDigestContext(connectorId));
  for (const digest of digests.toReversed()) {
    const pointer = await getEntry(store, partition, challengeDigests, digest);
    if (pointer === undefined) continue;
    return (await getEntry(store, partition, challenges, pointer.value.challengeId))?.value;
  }
  return undefined;
}

/** A challenge by its id. */
export async function findChallengeById(
  store: RecordStore,
  connectorId: string,
  challengeId: string,
): Promise<ChallengeRecord | undefined> {
  return (await getEntry(store, connectorPartition(connectorId), challenges, challengeId))?.value;
}

/** The passwords of a connector's first challenges. @throws SealError for a different master key */
export async function* listChallengePasswords(
  { store, sealer }: Dependencies,
  connectorId: string,
): AsyncGenerator<string> {
  const page = { limit: MAX_PASSWORDS };
  const partition = connectorPartition(connectorId);
  for (const { value } of await listReadable(store, partition, challenges, page)) {
    yield openChallengePassword(sealer, connectorId, value);
  }
}

/** @throws SealError when the master key is a different one */
export function openChallengePassword(
  sealer: Sealer,
  connectorId: string,
  challenge: ChallengeRecord,
): string {
  const context = challengeSealContext(connectorId, challenge.id);
  return Buffer.from(sealer.open(challenge.sealedPassword, context)).toString('utf8');
}
