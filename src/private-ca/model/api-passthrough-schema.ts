import { z } from 'zod';
import { customObjectIdentifierSchema } from './api-schemas.ts';
import { asn1SubjectSchema } from './asn1-subject.ts';
import { generalNameOptionsSchema } from './general-name-options.ts';
import { keyUsageFlagsSchema } from './key-usage-flags.ts';

/**
 * ExtendedKeyUsageType of the API. The purposes are those of RFC 5280 section 4.2.1.12 and later
 * ones.
 */
export const EXTENDED_KEY_USAGE_TYPES = {
  SERVER_AUTH: '1.3.6.1.5.5.7.3.1',
  CLIENT_AUTH: '1.3.6.1.5.5.7.3.2',
  CODE_SIGNING: '1.3.6.1.5.5.7.3.3',
  EMAIL_PROTECTION: '1.3.6.1.5.5.7.3.4',
  TIME_STAMPING: '1.3.6.1.5.5.7.3.8',
  OCSP_SIGNING: '1.3.6.1.5.5.7.3.9',
  SMART_CARD_LOGIN: '1.3.6.1.4.1.311.20.2.2',
  DOCUMENT_SIGNING: '1.3.6.1.4.1.311.10.3.12',
  CERTIFICATE_TRANSPARENCY: '1.3.6.1.4.1.11129.2.4.4',
} as const;

type ExtendedKeyUsageType = keyof typeof EXTENDED_KEY_USAGE_TYPES;

const extendedKeyUsageSchema = z.object({
  ExtendedKeyUsageType: z
    .enum(Object.keys(EXTENDED_KEY_USAGE_TYPES) as [ExtendedKeyUsageType])
    .optional(),
  ExtendedKeyUsageObjectIdentifier: customObjectIdentifierSchema.optional(),
});

const policyInformationSchema = z.object({
  CertPolicyId: customObjectIdentifierSchema,
  PolicyQualifiers: z
    .array(
      z.object({
        PolicyQualifierId: z.enum(['CPS']),
        Qualifier: z.object({ CpsUri: z.string().max(256) }),
      }),
    )
    .min(1)
    .max(20)
    .optional(),
});

const customExtensionSchema = z.object({
  ObjectIdentifier: customObjectIdentifierSchema,
  /** DER in base64. */
  Value: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^(?:(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/),
  Critical: z.boolean().optional(),
});

/** ApiPassthrough of IssueCertificate. */
export const apiPassthroughSchema = z.object({
  Extensions: z
    .object({
      CertificatePolicies: z.array(policyInformationSchema).min(1).max(20).optional(),
      ExtendedKeyUsage: z.array(extendedKeyUsageSchema).min(1).max(20).optional(),
      KeyUsage: keyUsageFlagsSchema.optional(),
      SubjectAlternativeNames: z.array(generalNameOptionsSchema).min(1).max(150).optional(),
      CustomExtensions: z.array(customExtensionSchema).min(1).max(150).optional(),
    })
    .optional(),
  Subject: asn1SubjectSchema.optional(),
});

export type ApiPassthrough = z.infer<typeof apiPassthroughSchema>;
