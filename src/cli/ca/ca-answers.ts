import { z } from 'zod';
import { timestamp } from '../api-command/api-answers.ts';

/** What the commands read of Private CA's answers; the rest passes through to --json. */

const enabled = z.object({ Enabled: z.boolean() });

const crlSchema = enabled.extend({
  S3BucketName: z.string().nullish(),
  ExpirationInDays: z.number().nullish(),
});
export type CrlDescription = z.output<typeof crlSchema>;

const subjectSchema = z.record(z.string(), z.unknown());

export const caSchema = z.object({
  Arn: z.string(),
  Status: z.string(),
  Type: z.string(),
  FailureReason: z.string().nullish(),
  /** Decimal, or hexadecimal with colons. */
  Serial: z.string().nullish(),
  NotBefore: timestamp.nullish(),
  NotAfter: timestamp.nullish(),
  RestorableUntil: timestamp.nullish(),
  CreatedAt: timestamp.nullish(),
  LastStateChangeAt: timestamp.nullish(),
  CertificateAuthorityConfiguration: z.object({
    KeyAlgorithm: z.string(),
    SigningAlgorithm: z.string(),
    Subject: subjectSchema,
  }),
  RevocationConfiguration: z
    .object({
      CrlConfiguration: crlSchema.nullish(),
      OcspConfiguration: enabled.nullish(),
    })
    .nullish(),
  UsageMode: z.string().nullish(),
});
export type CaDescription = z.output<typeof caSchema>;

export const createCaAnswer = z.object({ CertificateAuthorityArn: z.string() });
export const describeCaAnswer = z.object({ CertificateAuthority: caSchema });
export const csrAnswer = z.object({ Csr: z.string() });
export const issueCertificateAnswer = z.object({ CertificateArn: z.string() });
/** PEM both; the chain is without the certificate. */
export const certificateAnswer = z.object({
  Certificate: z.string(),
  CertificateChain: z.string().nullish(),
});
export type CertificatePem = z.output<typeof certificateAnswer>;

export const createReportAnswer = z.object({ AuditReportId: z.string() });
export const describeReportAnswer = z.object({
  AuditReportStatus: z.string(),
  S3BucketName: z.string(),
  S3Key: z.string(),
});

export const caTagsAnswer = z.object({
  Tags: z.array(z.object({ Key: z.string(), Value: z.string().nullish() })).nullish(),
});
