import type { z } from 'zod';
import type { ChallengeRecord } from '../connectors/challenges/challenge-record.ts';
import type { challengeMetadataSchema } from './api-schemas.ts';

/** A challenge as the API shows it: without its password. */
export function describeChallenge(
  challenge: ChallengeRecord,
): z.infer<typeof challengeMetadataSchema> {
  return {
    Arn: challenge.arn,
    ConnectorArn: challenge.connectorArn,
    CreatedAt: new Date(challenge.createdAt),
    UpdatedAt: new Date(challenge.updatedAt),
  };
}
