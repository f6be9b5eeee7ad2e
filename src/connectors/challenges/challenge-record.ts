import { z } from 'zod';
import { storedObject } from '../../store/collection.ts';
import { sealedText } from '../../store/seal.ts';
import { defineConnectorCollection } from '../connector-collections.ts';

/** Stored in the connector's partition under its id. Times are milliseconds since the epoch. */
const challengeSchema = storedObject({
  arn: z.string(),
  id: z.uuid(),
  connectorArn: z.string(),
  /** Sealed and not hashed, because GetChallengePassword returns it. */
  sealedPassword: sealedText,
  tags: z.record(z.string(), z.string()),
  createdAt: z.number(),
  updatedAt: z.number(),
});

export type ChallengeRecord = Readonly<z.infer<typeof challengeSchema>>;

export const challenges = defineConnectorCollection<ChallengeRecord>('challenges', challengeSchema);

const challengeDigestSchema = storedObject({ challengeId: z.uuid() });

/**
 * From the keyed digest of a password to its challenge; the password is never a key in the store.
 */
export const challengeDigests = defineConnectorCollection<
  Readonly<z.infer<typeof challengeDigestSchema>>
>('challenge-digests', challengeDigestSchema);

/** The sealing context of a challenge's password, which binds it to this challenge. */
export function challengeSealContext(connectorId: string, challengeId: string): string {
  return `connector/${connectorId}/challenge/${challengeId}`;
}

/** The digest context: equal passwords of two connectors have different digests. */
export function challengeDigestContext(connectorId: string): string {
  return `connector/${connectorId}/challenge-digest`;
}
