import { z } from 'zod';
import { DAY_MS } from '../../durations.ts';
import { base64Bytes, putEntry, storedObject } from '../../store/collection.ts';
import type { PutWrite } from '../../store/record-store.ts';
import { revocationReasonSchema } from '../model/revocation-reasons.ts';
import { defineAuthorityCollection } from '../records/authority-collections.ts';
import { AUTHORITY_KEY } from '../records/authority-record.ts';

/**
 * A revoked certificate that CRLs still have to name. This index lets a CRL be built without
 * reading every certificate.
 */
const revocationSchema = storedObject({
  /** Milliseconds since the epoch. */
  revokedAt: z.number(),
  reason: revocationReasonSchema,
  /**
   * When the certificate expires, in milliseconds since the epoch; the last possible moment when
   * unknown.
   */
  notAfter: z.number(),
});

/**
 * From issuing a CRL to its nextUpdate when nothing is configured: the default of the AWS console.
 */
export const DEFAULT_CRL_LIFE_MS = 7 * DAY_MS;

/**
 * Stored as a number, or in decimal digits where a number would not be exact. Only imported CRLs
 * have such numbers, and those that follow them.
 */
const crlNumberSchema = z.codec(z.union([z.int(), z.string().regex(/^\d{1,49}$/)]), z.bigint(), {
  decode: (stored) => BigInt(stored),
  encode: (number) => (number > Number.MAX_SAFE_INTEGER ? String(number) : Number(number)),
});

/** The CRL that the authority published last. */
export const crlSchema = storedObject({
  /** DER. */
  crl: base64Bytes,
  crlNumber: crlNumberSchema,
  /** Milliseconds since the epoch. */
  issuedAt: z.number(),
  /** From `issuedAt` to nextUpdate. */
  lifeMs: z.number(),
  /** In the issuingDistributionPoint; empty for the complete CRL. */
  urls: z.array(z.string()).readonly(),
  /** The serial number of the authority's certificate at that time, in hexadecimal. */
  signedAs: z.string(),
  /**
   * The version of the authority's mark when the build began: the CRL names everything revoked up
   * to then.
   */
  covers: z.number(),
});

export type CrlRecord = Readonly<z.infer<typeof crlSchema>>;

/** By serial number, as the certificates are. */
export const revocations = defineAuthorityCollection('revocations', revocationSchema);

/** CRLs and their marks are stored under `crlKey`. */
export const publishedCrls = defineAuthorityCollection('revocation-list', crlSchema);
export const crlMarks = defineAuthorityCollection(
  'revocation-list-mark',
  storedObject({ changedAt: z.number() }),
);

/**
 * The CRL partition of a certificate: the first two digits of its serial number. Serial numbers are
 * random, so the 256 partitions are of similar size without any counting.
 * @param serial 32 lower-case hexadecimal digits
 */
export function partitionOfSerial(serial: string): string {
  return serial.slice(0, 2);
}

/** The key of a partition's CRL; without a partition, of the complete CRL. */
export function crlKey(partition: string | undefined): string {
  return partition === undefined ? AUTHORITY_KEY : `partition-${partition}`;
}

/**
 * The write that makes a published CRL stale: the last one in every commit that changes what the
 * CRL must say. It has no condition, so that simultaneous revocations do not conflict.
 */
export function markCrlStale(changedAt: number, partition?: string): PutWrite {
  return putEntry(crlMarks, crlKey(partition), { changedAt });
}
