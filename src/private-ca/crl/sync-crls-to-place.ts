import { z } from 'zod';
import { MINUTE_MS } from '../../durations.ts';
import { deleteEntry, getEntry, putEntry } from '../../store/collection.ts';
import { allVersions, readableEntries, unlessUnreadable } from '../../store/readable-entries.ts';
import { statusAllows } from '../authority/authority-status.ts';
import type { Buckets } from '../buckets/object-store.ts';
import type { CaContext } from '../model/ca-context.ts';
import { defineAuthorityCollection } from '../records/authority-collections.ts';
import { type AuthorityRecord, authorityPartition } from '../records/authority-record.ts';
import { readDistributionPoints } from '../revocation/distribution-points.ts';
import { crlMarks, crlSchema } from '../revocation/revocation-record.ts';
import { crlFileName } from '../revocation/revocation-urls.ts';
import type { BucketPlace } from './bucket-places.ts';
import type { Crls } from './crls.ts';
import { planCrl } from './plan-crl.ts';
import { isCurrent } from './wanted-crl.ts';

/** The CRL that was last put into a bucket, under `{bucket}/{key}` in the authority's partition. */
export const crlsInBuckets = defineAuthorityCollection(
  'lists-in-buckets',
  crlSchema.omit({ crl: true }).extend({
    acl: z.string(),
    /** When the bucket was last checked. Milliseconds since the epoch. */
    checkedAt: z.number(),
  }),
);

/** Context for putting CRLs into buckets. */
export interface CrlSyncContext extends CaContext {
  readonly buckets: Buckets;
  readonly crls: Crls;
}

type CrlInBucket = Readonly<z.infer<typeof crlsInBuckets.schema>>;

/**
 * How often a bucket is checked. A CRL that a delayed process put there without a condition, or a
 * file from someone else, is replaced then.
 */
const CHECK_AFTER_MS = 15 * MINUTE_MS;

const PARTITIONS = Array.from({ length: 256 }, (_, number) => number.toString(16).padStart(2, '0'));

/**
 * Puts the latest CRLs into the place, unless they are there already. Costs three reads of the
 * store when nothing is to be put.
 * @throws BucketError, and what the store throws
 */
export async function syncCrlsToPlace(
  ca: CrlSyncContext,
  authority: AuthorityRecord,
  place: BucketPlace,
): Promise<void> {
  const inAuthority = authorityPartition(authority.id);
  const points = await readDistributionPoints(ca, authority.id);
  const known = new Map<string, CrlInBucket>();
  const notes = readableEntries(ca.store, inAuthority, crlsInBuckets);
  for await (const { key, value } of notes) known.set(key, value);
  const marks = new Map<string, number>();
  const marked = allVersions(ca.store, inAuthority, crlMarks);
  for await (const { key, version } of marked) marks.set(key, version);
  // While the authority may sign none, its last CRL stays the latest at any age, and every request
  // gets it again.
  const signsNone = !statusAllows(authority, 'signRevocationStatus', ca.clock());
  for (const partition of place.isPartitioned ? PARTITIONS : [undefined]) {
    const plan = planCrl(ca, authority, points, partition);
    if (plan === undefined) continue;
    const note = known.get(nameOf(authority, place, partition));
    const isLatest =
      signsNone || isCurrent(note, { plan, needed: marks.get(plan.key) ?? 0 }, ca.clock());
    if (isLatest && isSettled(ca, place, note)) continue;
    await putOne(ca, authority, place, partition);
  }
}

async function putOne(
  ca: CrlSyncContext,
  authority: AuthorityRecord,
  place: BucketPlace,
  partition: string | undefined,
): Promise<void> {
  const { store, buckets } = ca;
  const found = await ca.crls.crlFor(authority, partition);
  if (found === undefined) return;
  const inAuthority = authorityPartition(authority.id);
  const name = nameOf(authority, place, partition);
  const reading = getEntry(store, inAuthority, crlsInBuckets, name);
  // A note that cannot be read is a conflict below, which removes it.
  const before = await unlessUnreadable(store, reading);
  const isLatest = before !== undefined && before.value.crlNumber >= found.crlNumber;
  if (isLatest && isSettled(ca, place, before.value)) return;
  const { bucket, directory } = place;
  let latest = found;
  const key = `${directory}${crlFileName(authority.id, partition)}`;
  await buckets.publishLatest(bucket.name, key, async () => {
    latest = (await ca.crls.crlFor(authority, partition)) ?? latest;
    return { content: latest.crl, contentType: 'application/pkix-crl', acl: bucket.acl };
  });
  const { crl: _, ...about } = latest;
  const note = { ...before?.value, ...about, acl: bucket.acl, checkedAt: ca.clock() };
  const condition = before === undefined ? 'absent' : { version: before.version };
  const mark = putEntry(crlsInBuckets, name, note, { condition });
  const { outcome } = await store.commit(inAuthority, [mark]);
  // Another process has put a CRL at the same time. Without conditional writes it is unknown which
  // of the two came last, so the next run puts the CRL again.
  if (outcome === 'conflict') await store.commit(inAuthority, [deleteEntry(crlsInBuckets, name)]);
}

function isSettled(
  { clock }: CaContext,
  { bucket }: BucketPlace,
  note: CrlInBucket | undefined,
): boolean {
  const age = clock() - (note?.checkedAt ?? -Infinity);
  return note?.acl === bucket.acl && age >= 0 && age < CHECK_AFTER_MS;
}

function nameOf(
  { id }: AuthorityRecord,
  { bucket, directory }: BucketPlace,
  partition: string | undefined,
): string {
  return `${bucket.name}/${directory}${crlFileName(id, partition)}`;
}
