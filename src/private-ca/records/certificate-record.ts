import { createHash } from 'node:crypto';
import { z } from 'zod';
import { MINUTE_MS } from '../../durations.ts';
import { base64Bytes, storedObject } from '../../store/collection.ts';
import { signingAlgorithmSchema } from '../model/api-schemas.ts';
import { revocationReasonSchema } from '../model/revocation-reasons.ts';
import { defineAuthorityCollection } from './authority-collections.ts';

/** As earlier versions wrote it before the authority signed. */
const issuingSchema = storedObject({
  state: z.literal('issuing'),
  templateName: z.string(),
  /** Every process that finishes the issuance signs exactly these bytes. */
  tbs: base64Bytes,
  signingAlgorithm: signingAlgorithmSchema,
  /** Milliseconds since the epoch. */
  requestedAt: z.number(),
});

const revocationSchema = storedObject({
  /** Milliseconds since the epoch. */
  revokedAt: z.number(),
  reason: revocationReasonSchema,
});

const issuedSchema = storedObject({
  state: z.literal('issued'),
  templateName: z.string(),
  certificate: base64Bytes,
  /** Milliseconds since the epoch. */
  issuedAt: z.number(),
  revocation: revocationSchema.optional(),
});

/**
 * A certificate in its authority's partition, by serial number: 32 lower-case hexadecimal digits.
 */
const certificateSchema = z.discriminatedUnion('state', [issuingSchema, issuedSchema]);

/** The certificate that was issued for an IdempotencyToken; expires with the token. */
const issueTokenSchema = storedObject({ serial: z.string() });

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

/**
 * The key of a certificate in its collection.
 * @param serialNumber hexadecimal, in either case, with or without leading zeros
 */
export function certificateKey(serialNumber: string): string {
  return serialNumber.toLowerCase().replace(/^0+/, '').padStart(32, '0');
}

/**
 * The key of an IdempotencyToken in its collection. Tokens may hold characters that keys may not.
 */
export function tokenKey(idempotencyToken: string): string {
  return createHash('sha256').update(idempotencyToken).digest('hex');
}
