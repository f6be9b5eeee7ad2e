import type { z } from 'zod';
import { HOUR_MS, MINUTE_MS } from '../../durations.ts';
import { deleteEntry, type Entry, getEntry } from '../../store/collection.ts';
import { readableEntries, unlessUnreadable } from '../../store/readable-entries.ts';
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

type Note = Entry<z.infer<typeof crlBucketAuthorities.schema>>;

/** A note is written before the record of its authority and must not be removed in between. */
const NOTE_GRACE_MS = HOUR_MS;

/** As at AWS, a bucket that did not accept a CRL is tried again after a quarter of an hour. */
const RETRY_AFTER_MS = 15 * MINUTE_MS;

export type ReportCrlSync = (authorityArn: string, bucket: string, error: unknown) => void;

/**
 * Creates the chore that puts the CRLs of all authorities into their buckets, where these do not
 * hold the latest: after a revocation, half way to nextUpdate, and when a bucket or its path has
 * changed. Formerly configured buckets get CRLs until the last certificate that points there has
 * expired. Run it every few seconds, on one replica or on all.
 * @param report is called for a bucket that did not get its CRL, for whatever reason
 */
export function createSyncCrlsToBuckets(
  ca: CrlSyncContext,
  report: ReportCrlSync,
): () => Promise<void> {
  const failedAt = new Map<string, number>();
  /** A bucket that fails does not keep CRLs from the others. */
  const putUnlessFailing = async (authority: AuthorityRecord, place: BucketPlace) => {
    const name = `${authority.id} ${place.bucket.name}`;
    const age = ca.clock() - (failedAt.get(name) ?? -Infinity);
    if (age >= 0 && age < RETRY_AFTER_MS) return;
    failedAt.delete(name);
    await syncCrlsToPlace(ca, authority, place).catch((error: unknown) => {
      // The store and the keys recover soon, and revocations made meanwhile must be published then.
      if (error instanceof BucketError) failedAt.set(name, ca.clock());
      report(authority.arn, place.bucket.name, error);
    });
  };
  const { store, clock } = ca;
  const sync = async ({ key: id, value, version }: Note) => {
    const found = await getEntry(store, authorityPartition(id), authorities, AUTHORITY_KEY);
    if (found === undefined) {
      if (clock() - value.notedAt <= NOTE_GRACE_MS) return;
      const forget = deleteEntry(crlBucketAuthorities, id, { version });
      await store.commit(CRL_BUCKETS_PARTITION, [forget]);
      return;
    }
    // Making its key may take long while the token is unavailable.
    if (isUnfinished(found.value)) return;
    const points = await readDistributionPoints(ca, id);
    // The note stays even without a place: a clock that is ahead sees none where certificates
    // still look.
    for (const place of bucketPlacesOf(found.value, points)) {
      await putUnlessFailing(found.value, place);
    }
  };
  return async () => {
    const noted = readableEntries(store, CRL_BUCKETS_PARTITION, crlBucketAuthorities);
    for await (const note of noted) await unlessUnreadable(store, sync(note));
  };
}
