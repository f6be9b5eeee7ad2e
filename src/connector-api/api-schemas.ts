import { z } from 'zod';

/** Shapes that operations share, with the constraints of the API model (service 2018-05-10). */

const ARN = String.raw`arn:aws(-[a-z]+)*:SERVICE:[a-z]+(-[a-z]+)+-[1-9]\d*:\d{12}`;
const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const CONNECTOR = String.raw`${ARN.replace('SERVICE', 'pca-connector-scep')}:connector\/${UUID}`;

function arnSchema(pattern: string) {
  return z
    .string()
    .min(5)
    .max(200)
    .regex(new RegExp(`^(?:${pattern})$`));
}

export const certificateAuthorityArnSchema = arnSchema(
  String.raw`${ARN.replace('SERVICE', 'acm-pca')}:certificate-authority\/${UUID}`,
);

export const connectorArnSchema = arnSchema(CONNECTOR);

export const challengeArnSchema = arnSchema(String.raw`${CONNECTOR}\/challenge\/${UUID}`);

export const clientTokenSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(/^(?:[!-~]+)$/);

/** Of a connector or a challenge; the model leaves it open. */
export const resourceArnSchema = z.string();

/** The model leaves tags open; connectors/tags/check-tags.ts has the rules. */
export const tagsSchema = z.record(z.string(), z.string());

export const maxResultsSchema = z.int().min(1).max(1000);

/** For a call without MaxResults. */
export const DEFAULT_PAGE = 100;

export const nextTokenSchema = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^(?:(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}==|[A-Za-z0-9_-]{3}=)?)$/);

/** A tagged union, of one member so far. */
export const mobileDeviceManagementSchema = z.union([
  z.strictObject({
    Intune: z.object({
      AzureApplicationId: z
        .string()
        .min(15)
        .max(100)
        .regex(new RegExp(`^(?:${Array(5).fill('[a-zA-Z0-9]{2,15}').join('-')})$`)),
      Domain: z
        .string()
        .min(1)
        .max(256)
        .regex(/^(?:[a-zA-Z0-9._-]+)$/),
    }),
  }),
]);

export const vpcEndpointIdSchema = z
  .string()
  .min(13)
  .max(22)
  .regex(/^(?:vpce-[0-9a-f]{8}([0-9a-f]{9})?)$/);

export const connectorSchema = z.object({
  Arn: connectorArnSchema,
  CertificateAuthorityArn: certificateAuthorityArnSchema,
  Type: z.enum(['GENERAL_PURPOSE', 'INTUNE']),
  /** Absent unless the type is INTUNE: an empty one makes boto3 fail. */
  MobileDeviceManagement: mobileDeviceManagementSchema.optional(),
  OpenIdConfiguration: z
    .object({ Issuer: z.string(), Subject: z.string(), Audience: z.string() })
    .optional(),
  Status: z.enum(['CREATING', 'ACTIVE', 'DELETING', 'FAILED']),
  StatusReason: z
    .enum([
      'INTERNAL_FAILURE',
      'PRIVATECA_ACCESS_DENIED',
      'PRIVATECA_INVALID_STATE',
      'PRIVATECA_RESOURCE_NOT_FOUND',
      'VPC_ENDPOINT_RESOURCE_NOT_FOUND',
      'VPC_ENDPOINT_DNS_ENTRIES_NOT_FOUND',
    ])
    .optional(),
  Endpoint: z.string(),
  CreatedAt: z.date(),
  UpdatedAt: z.date(),
});

export const challengeMetadataSchema = z.object({
  Arn: challengeArnSchema,
  ConnectorArn: connectorArnSchema,
  CreatedAt: z.date(),
  UpdatedAt: z.date(),
});
