import { z } from 'zod';
import { publishedCrls } from '../revocation/revocation-record.ts';
import { crlsInBuckets } from './sync-crls-to-place.ts';

const LISTS = [publishedCrls, crlsInBuckets];

interface StoredText {
  readonly collection: string;
  readonly value: string;
}

/**
 * A record as it is to stand in another store, where versions are others. Only a CRL, and what is
 * known of one in a bucket, says anything of one, up to which it covers revocations: there it
 * covers none, so that the next one is signed when it is asked for. It goes along for its number.
 */
export function carryRecordOver<T extends StoredText>(record: T): T {
  if (!LISTS.some(({ name }) => name === record.collection)) return record;
  const list = z.looseObject({ covers: z.number() }).parse(JSON.parse(record.value));
  return { ...record, value: JSON.stringify({ ...list, covers: 0 }) };
}
