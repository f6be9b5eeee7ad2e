import { createHash } from 'node:crypto';
import { z } from 'zod';
import { OID } from '../../asn1/object-identifiers.ts';
import { allEntries } from '../../store/all-entries.ts';
import { getEntry, putEntry } from '../../store/collection.ts';
import type { CertificateFields } from '../../x509/build-certificate.ts';
import type { PrivateCa } from '../private-ca.ts';
import { defineAuthorityCollection } from '../records/authority-collections.ts';
import { type AuthorityRecord, authorityPartition } from '../records/authority-record.ts';
import {
  type ListBucket,
  listBucketOf,
  listBucketSchema,
  noteListBucket,
} from './revocation-list-bucket.ts';
import { revocationListDirectory, revocationListsUrl } from './revocation-urls.ts';

/** Where an authority's CRLs are, by one RevocationConfiguration and one public URL of the server. */
export interface DistributionPoint {
  /** What certificates say but for the file's name, with a slash at the end. */
  readonly url: string;
  readonly isPartitioned: boolean;
  /** Where in the bucket; as in the URL. */
  readonly directory: string;
  readonly bucket?: ListBucket | undefined;
}

/** One that certificates have been issued with. */
const notedPoints = defineAuthorityCollection(
  'distribution-points',
  z.strictObject({
    url: z.string(),
    isPartitioned: z.boolean(),
    directory: z.string(),
    bucket: listBucketSchema.optional(),
    /** When the last of those certificates has expired, or later. Milliseconds since the epoch. */
    until: z.number(),
  }),
);

/** So that a note is not written again for each certificate that lives longer than the one before. Milliseconds. */
const MARGIN = 86_400_000;

/** That of certificates which are issued now. Undefined when it is not known where they would look. */
function currentPoint(ca: PrivateCa, authority: AuthorityRecord): DistributionPoint | undefined {
  const url = revocationListsUrl(authority, ca);
  if (url === undefined) return undefined;
  const { revocation } = authority;
  return {
    url,
    isPartitioned: revocation?.CrlConfiguration?.CrlType === 'PARTITIONED',
    directory: revocationListDirectory(authority),
    bucket: listBucketOf(revocation),
  };
}

/**
 * Notes, before a certificate is issued, where it will say that its CRL is: there must be a true one until it expires, whatever becomes of the
 * authority's configuration. Costs nothing while that stays the same.
 */
export async function noteDistributionPoint(
  ca: PrivateCa,
  authority: AuthorityRecord,
  { extensions, notAfter }: CertificateFields,
): Promise<void> {
  if (!extensions.some(({ oid }) => oid === OID.cRLDistributionPoints)) return;
  const point = currentPoint(ca, authority);
  if (point === undefined) return;
  const key = keyOf(point);
  const name = `${authority.id}/${key}`;
  const end = notAfter.getTime();
  while ((ca.distributionPoints.get(name) ?? 0) < end) {
    const until = await extendNote(ca, authority, point, key, end);
    if (until !== undefined) ca.distributionPoints.set(name, until);
  }
}

/** Until when the note holds; undefined when another process has written it meanwhile. */
async function extendNote(
  ca: PrivateCa,
  authority: AuthorityRecord,
  point: DistributionPoint,
  key: string,
  end: number,
): Promise<number | undefined> {
  const partition = authorityPartition(authority.id);
  const noted = await getEntry(ca.store, partition, notedPoints, key);
  if (noted !== undefined && noted.value.until >= end) return noted.value.until;
  await noteListBucket(ca, authority.id, authority.revocation);
  const until = end + MARGIN;
  const condition = noted === undefined ? 'absent' : { version: noted.version };
  const note = putEntry(notedPoints, key, { ...point, until }, { condition });
  const { outcome } = await ca.store.commit(partition, [note]);
  return outcome === 'committed' ? until : undefined;
}

/** Those that unexpired certificates may have, in an order that is the same in all processes. */
export async function readDistributionPoints(
  ca: PrivateCa,
  authorityId: string,
): Promise<readonly DistributionPoint[]> {
  const points: DistributionPoint[] = [];
  const noted = allEntries(ca.store, authorityPartition(authorityId), notedPoints);
  for await (const { value } of noted) if (value.until > ca.clock()) points.push(value);
  return points;
}

/** A change of the ACL alone leaves it the same. */
function keyOf({ url, isPartitioned, directory, bucket }: DistributionPoint): string {
  const text = JSON.stringify([url, isPartitioned, directory, bucket?.name]);
  return createHash('sha256').update(text).digest('hex');
}
