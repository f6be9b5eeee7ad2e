import { z } from 'zod';
import { ApiError } from '../api/api-error.ts';

/** What the commands read of the API's answers; the rest passes through to --json. */

/** Epoch seconds, in the range of Date. */
export const timestamp = z
  .number()
  .min(-8.64e12)
  .max(8.64e12)
  .transform((seconds) => new Date(seconds * 1000));

export const connectorDescription = z.object({
  Arn: z.string(),
  CertificateAuthorityArn: z.string(),
  Type: z.string(),
  Status: z.string(),
  StatusReason: z.string().nullish(),
  Endpoint: z.string().nullish(),
  MobileDeviceManagement: z
    .object({ Intune: z.object({ AzureApplicationId: z.string(), Domain: z.string() }).nullish() })
    .nullish(),
  OpenIdConfiguration: z
    .object({ Issuer: z.string(), Subject: z.string(), Audience: z.string() })
    .partial()
    .nullish(),
  CreatedAt: timestamp,
  UpdatedAt: timestamp,
});
export type Connector = z.output<typeof connectorDescription>;

export const challengeDescription = z.object({
  Arn: z.string(),
  ConnectorArn: z.string(),
  CreatedAt: timestamp,
  UpdatedAt: timestamp,
});

export const createConnectorAnswer = z.object({ ConnectorArn: z.string() });
export const getConnectorAnswer = z.object({ Connector: connectorDescription });
export const createChallengeAnswer = z.object({
  Challenge: challengeDescription.extend({ Password: z.string() }),
});
export const getChallengeMetadataAnswer = z.object({ ChallengeMetadata: challengeDescription });
export const getChallengePasswordAnswer = z.object({ Password: z.string() });
export const listTagsAnswer = z.object({ Tags: z.record(z.string(), z.string()).nullish() });

/** Reads an answer. @throws ApiError if it does not fit the model; the message holds no values */
export function readAnswer<T>(schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const members = result.error.issues.map(({ path }) => path.join('.') || 'answer').join(', ');
  throw new ApiError(`the answer of the API does not match its model: ${members}`);
}
