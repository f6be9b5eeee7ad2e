import { z } from 'zod';
import { DAY_MS } from '../../durations.ts';
import { base64Bytes, putEntry } from '../../store/collection.ts';
import type { PutWrite } from '../../store/record-store.ts';
import { revocationReasonSchema } from '../model/revocation-reasons.ts';
import { defineAuthorityCollection } from '../records/authority-collections.ts';
import { AUTHORITY_KEY } from '../records/authority-record.ts';

/**
 * A revoked certificate that a CRL has still to name, so that a CRL is built without reading every
 * certificate.
 */
const revocationSchema = z.strictObject({
  /** Milliseconds since the epoch. */
  revokedAt: z.number(),
  reason: revocationReasonSchema,
  /**
   * When the certificate expires, in milliseconds since the epoch; the end of time where that is
   * not known.
   */
  notAfter: z.number(),
});

/**
 * From issuing a CRL to its nextUpdate where nothing is configured: the default of the AWS console.
 */
export const DEFAULT_CRL_LIFE_MS = 7 * DAY_MS;

/** The CRL that the authority has published last. */
export const crlSchema = z.strictObject({
  /** DER. */
  crl: base64Bytes,
  crlNumber: z.number(),
  /** Milliseconds since the epoch. */
  issuedAt: z.number(),
  /** From `issuedAt` to nextUpdate. */
  lifeMs: z.number(),
  /** Of the issuingDistributionPoint; none for the complete CRL. */
  urls: z.array(z.string()).readonly(),
  /** The serial number of the authority's certificate then, in hexadecimal. */
  signedAs: z.string(),
  /**
   * The version of the authority's mark when building began: what was put up to there is in the
   * CRL.
   */
  covers: z.number(),
});

export type CrlRecord = Readonly<z.infer<typeof crlSchema>>;

/** By serial number, as the certificates. */
export const revocations = defineAuthorityCollection('revocations', revocationSchema);

/** Under `listKey`, as the mark. */
export const publishedCrls = defineAuthorityCollection('revocation-list', crlSchema);
export const crlMarks = defineAuthorityCollection(
  'revocation-list-mark',
  z.strictObject({ changedAt: z.number() }),
);

/**
 * The partition that a certificate is in for good: the beginning of its serial number, which is
 * random, so that 256 partitions are of one size and nobody has to count.
 * @param serial 32 lower-case hexadecimal digits
 */
export function partitionOfSerial(serial: string): string {
  return serial.slice(0, 2);
}

/** Where the CRL of a partition is stored, and the complete one without a partition. */
export function crlKey(partition: string | undefined): string {
  return partition === undefined ? AUTHORITY_KEY : `partition-${partition}`;
}

/**
 * The write that makes a published CRL stale: the last one of each commit that changes what the CRL
 * says. It has no condition, so that revocations at once do not hinder each other.
 */
export function markCrlStale(changedAt: number, partition?: string): PutWrite {
  return putEntry(crlMarks, crlKey(partition), { changedAt });
}
