import { z } from 'zod';
import { publishedCrls } from '../revocation/revocation-record.ts';
import { crlsInBuckets } from './sync-crls-to-place.ts';

const CRL_COLLECTIONS = [publishedCrls, crlsInBuckets];

interface StoredText {
  readonly collection: string;
  readonly value: string;
}

/**
 * A record as it must be written to another store, which counts versions from the beginning. Only
 * CRL records and the notes of CRLs in buckets refer to a version, the last revocation that they
 * cover. Here they cover none, so that the next CRL is signed on the first request. They are kept
 * for their CRL numbers.
 */
export function carryRecordOver<T extends StoredText>(record: T): T {
  if (!CRL_COLLECTIONS.some(({ name }) => name === record.collection)) return record;
  const about = z.looseObject({ covers: z.number() }).parse(JSON.parse(record.value));
  return { ...record, value: JSON.stringify({ ...about, covers: 0 }) };
}
