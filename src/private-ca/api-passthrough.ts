import { z } from 'zod';
import { isDottedOid } from '../asn1/object-identifiers.ts';
import { AwsError } from '../aws-wire/aws-error.ts';
import { extendedKeyUsageExtension } from '../x509/extended-key-usage.ts';
import type { Extension } from '../x509/read-extensions.ts';
import { notSupported } from './api-schemas.ts';

/** ExtendedKeyUsageType of the API, with the purposes of RFC 5280 section 4.2.1.12 and its successors. */
const PURPOSES = {
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

type Purpose = keyof typeof PURPOSES;

const extendedKeyUsageSchema = z.strictObject({
  ExtendedKeyUsageType: z.enum(Object.keys(PURPOSES) as [Purpose]).optional(),
  ExtendedKeyUsageObjectIdentifier: z.string().max(64).refine(isDottedOid).optional(),
});

/** ApiPassthrough of IssueCertificate. */
export const apiPassthroughSchema = z.strictObject({
  Extensions: z
    .strictObject({
      ExtendedKeyUsage: z.array(extendedKeyUsageSchema).min(1).max(20).optional(),
      CertificatePolicies: notSupported(),
      KeyUsage: notSupported(),
      SubjectAlternativeNames: notSupported(),
      CustomExtensions: notSupported(),
    })
    .optional(),
  Subject: notSupported(),
});

type ApiPassthrough = z.infer<typeof apiPassthroughSchema>;

/** The extensions that ApiPassthrough asks for. @throws AwsError InvalidArgsException */
export function apiExtensions(passthrough: ApiPassthrough | undefined): readonly Extension[] {
  const usages = passthrough?.Extensions?.ExtendedKeyUsage;
  return usages === undefined ? [] : [extendedKeyUsageExtension(usages.map(purposeOf))];
}

function purposeOf(usage: z.infer<typeof extendedKeyUsageSchema>): string {
  const { ExtendedKeyUsageType: type, ExtendedKeyUsageObjectIdentifier: oid } = usage;
  if (type !== undefined && oid === undefined) return PURPOSES[type];
  if (oid !== undefined && type === undefined) return oid;
  throw new AwsError(
    'InvalidArgsException',
    'An ExtendedKeyUsage must have either a type or an object identifier',
  );
}
