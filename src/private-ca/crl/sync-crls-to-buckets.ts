import { allEntries } from '../../store/all-entries.ts';
import { deleteEntry, getEntry } from '../../store/collection.ts';
import { BucketError } from '../buckets/object-store.ts';
import {
  AUTHORITY_KEY,
  type AuthorityRecord,
  authorities,
  authorityPartition,
  isUnfinished,
} from '../records/authority-record.ts';
import { CRL_BUCKETS_PARTITION, crlBucketAuthorities } from '../revocation/crl-bucket.ts';
import { readDistributionPoints } from '../revocation/distribution-points.ts';
import { type BucketPlace, bucketPlacesOf } from './bucket-places.ts';
import { type CrlSyncContext, syncCrlsToPlace } from './sync-crls-to-place.ts';

/** A note comes before the record of its authority, and must not go meanwhile. Milliseconds. */
const NOTE_GRACE = 3_600_000;

/**
 * As AWS: a bucket that has not taken a CRL is tried again after a quarter of an hour.
 * Milliseconds.
 */
const RETRY_AFTER = 900_000;

export type ReportCrlSync = (authorityArn: string, bucket: string, error: unknown) => void;

/**
 * Puts the CRLs of all authorities into their buckets, where they are not the latest: after a
 * revocation, half way to nextUpdate, and when a bucket or its path has been configured anew; also
 * into those that were configured before, until the last certificate that says so has expired. Run
 * it every few seconds, on one replica or on all.
 * @param report hears of a bucket that has not got its CRL, whatever failed
 */
export function createCrlSync(ca: CrlSyncContext, report: ReportCrlSync): () => Promise<void> {
  const failedAt = new Map<string, number>();
  /** A bucket that fails keeps no other from having its CRLs. */
  const putUnlessFailing = async (authority: AuthorityRecord, place: BucketPlace) => {
    const name = `${authority.id} ${place.bucket.name}`;
    const age = ca.clock() - (failedAt.get(name) ?? -Infinity);
    if (age >= 0 && age < RETRY_AFTER) return;
    failedAt.delete(name);
    await syncCrlsToPlace(ca, authority, place).catch((error: unknown) => {
      // The store and the keys are back soon, and what was revoked meanwhile is to be known then.
      if (error instanceof BucketError) failedAt.set(name, ca.clock());
      report(authority.arn, place.bucket.name, error);
    });
  };
  return async () => {
    const { store, clock } = ca;
    const noted = allEntries(store, CRL_BUCKETS_PARTITION, crlBucketAuthorities);
    for await (const { key: id, value, version } of noted) {
      const found = await getEntry(store, authorityPartition(id), authorities, AUTHORITY_KEY);
      if (found === undefined) {
        if (clock() - value.notedAt <= NOTE_GRACE) continue;
        const forget = deleteEntry(crlBucketAuthorities, id, { version });
        await store.commit(CRL_BUCKETS_PARTITION, [forget]);
        continue;
      }
      // Its key may be long in coming, while the token is away.
      if (isUnfinished(found.value)) continue;
      const points = await readDistributionPoints(ca, id);
      // Without a place the note stays: a clock that is ahead sees none where certificates still
      // look.
      for (const place of bucketPlacesOf(found.value, points)) {
        await putUnlessFailing(found.value, place);
      }
    }
  };
}
