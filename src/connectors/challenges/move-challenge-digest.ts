import { deleteEntry, putEntry } from '../../store/collection.ts';
import type { Write } from '../../store/record-store.ts';
import type { Sealer } from '../../store/seal.ts';
import {
  type ChallengeRecord,
  challengeDigestContext,
  challengeDigests,
} from './challenge-record.ts';
import { openChallengePassword } from './find-challenge.ts';

/**
 * The writes that leave only the digest under the current master key.
 * @throws SealError when the master keys are different ones
 */
export function moveChallengeDigest(
  sealer: Sealer,
  connectorId: string,
  challenge: ChallengeRecord,
): readonly Write[] {
  const password = openChallengePassword(sealer, connectorId, challenge);
  const [current, ...others] = sealer.digests(password, challengeDigestContext(connectorId));
  return [
    putEntry(challengeDigests, current, { challengeId: challenge.id }),
    ...others.map((other) => deleteEntry(challengeDigests, other)),
  ];
}
