import { createHash } from 'node:crypto';
import { z } from 'zod';
import { MINUTE_MS } from '../../durations.ts';
import { base64Bytes } from '../../store/collection.ts';
import { signingAlgorithmSchema } from '../model/api-schemas.ts';
import { revocationReasonSchema } from '../model/revocation-reasons.ts';
import { defineAuthorityCollection } from './authority-collections.ts';

/** Written before the authority signs, so that no signature exists that the store does not know of. */
const issuingSchema = z.strictObject({
  state: z.literal('issuing'),
  templateName: z.string(),
  /** What will be signed, to the byte: whoever finishes the issuance signs the same. */
  tbs: base64Bytes,
  signingAlgorithm: signingAlgorithmSchema,
  /** Milliseconds since the epoch. */
  requestedAt: z.number(),
});

const revocationSchema = z.strictObject({
  /** Milliseconds since the epoch. */
  revokedAt: z.number(),
  reason: revocationReasonSchema,
});

const issuedSchema = z.strictObject({
  state: z.literal('issued'),
  templateName: z.string(),
  certificate: base64Bytes,
  /** Milliseconds since the epoch. */
  issuedAt: z.number(),
  revocation: revocationSchema.optional(),
});

/** A certificate in its authority's partition, by serial number: 32 lower-case hexadecimal digits. */
const certificateSchema = z.discriminatedUnion('state', [issuingSchema, issuedSchema]);

/** Which certificate an IdempotencyToken of IssueCertificate stands for; expires with the token. */
const issueTokenSchema = z.strictObject({ serial: z.string() });

export type IssuingRecord = Readonly<z.infer<typeof issuingSchema>>;
export type IssuedRecord = Readonly<z.infer<typeof issuedSchema>>;
export type CertificateRecord = Readonly<z.infer<typeof certificateSchema>>;

export const certificates = defineAuthorityCollection<CertificateRecord>(
  'certificates',
  certificateSchema,
);
export const issueTokens = defineAuthorityCollection('issue-tokens', issueTokenSchema);

/** How long AWS remembers an IdempotencyToken. */
export const TOKEN_LIFETIME_MS = 5 * MINUTE_MS;

/** The key of a certificate in its collection, from its serial number in hexadecimal with any leading zeros and case. */
export function certificateKey(serialNumber: string): string {
  return serialNumber.toLowerCase().replace(/^0+/, '').padStart(32, '0');
}

/** Tokens may hold characters that keys of the store may not. */
export function tokenKey(idempotencyToken: string): string {
  return createHash('sha256').update(idempotencyToken).digest('hex');
}
