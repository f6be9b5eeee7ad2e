import { z } from 'zod';
import { base64Bytes, defineCollection, putEntry } from '../store/collection.ts';
import type { PutWrite } from '../store/record-store.ts';
import { AUTHORITY_KEY } from './authority-record.ts';
import { revocationReasonSchema } from './revocation-reasons.ts';

/** A revoked certificate that a CRL has still to name, so that a CRL is built without reading every certificate. */
const revocationSchema = z.strictObject({
  /** Milliseconds since the epoch. */
  revokedAt: z.number(),
  reason: revocationReasonSchema,
  /** When the certificate expires, in milliseconds since the epoch. */
  notAfter: z.number(),
});

/** The CRL that the authority has published last. */
const revocationListSchema = z.strictObject({
  /** DER. */
  crl: base64Bytes,
  crlNumber: z.number(),
  /** Milliseconds since the epoch. */
  issuedAt: z.number(),
  /** The version of the authority's mark when building began: what was put up to there is in the CRL. */
  covers: z.number(),
});

export type RevocationListRecord = Readonly<z.infer<typeof revocationListSchema>>;

/** By serial number, as the certificates. */
export const revocations = defineCollection('revocations', revocationSchema);

/** Under AUTHORITY_KEY, as the mark. */
export const revocationLists = defineCollection('revocation-list', revocationListSchema);
export const revocationListMarks = defineCollection(
  'revocation-list-mark',
  z.strictObject({ changedAt: z.number() }),
);

/**
 * The write that makes the authority's published CRL stale: the last one of each commit that changes what a CRL says. It has
 * no condition, so that revocations at once do not hinder each other.
 */
export function markRevocationListStale(changedAt: number): PutWrite {
  return putEntry(revocationListMarks, AUTHORITY_KEY, { changedAt });
}
