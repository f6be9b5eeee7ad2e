import { createHash } from 'node:crypto';
import { z } from 'zod';
import { OID } from '../../asn1/object-identifiers.ts';
import { DAY_MS } from '../../durations.ts';
import { getEntry, putEntry, storedObject } from '../../store/collection.ts';
import { readableEntries } from '../../store/readable-entries.ts';
import type { CertificateFields } from '../../x509/build-certificate.ts';
import type { CaContext } from '../model/ca-context.ts';
import { defineAuthorityCollection } from '../records/authority-collections.ts';
import { type AuthorityRecord, authorityPartition } from '../records/authority-record.ts';
import { type CrlBucket, crlBucketOf, crlBucketSchema, noteCrlBucket } from './crl-bucket.ts';
import { crlDirectory, crlDirectoryUrl, type PublicPlaces } from './revocation-urls.ts';

/**
 * Where an authority's CRLs are, according to one RevocationConfiguration and one public URL of the
 * server.
 */
export interface DistributionPoint {
  /** The URL in certificates up to the file name, with a slash at the end. */
  readonly url: string;
  readonly isPartitioned: boolean;
  /** The directory in the bucket, the same as in the URL. */
  readonly directory: string;
  readonly bucket?: CrlBucket | undefined;
}

/** A distribution point that certificates have been issued with. */
const notedPoints = defineAuthorityCollection(
  'distribution-points',
  storedObject({
    url: z.string(),
    isPartitioned: z.boolean(),
    directory: z.string(),
    bucket: crlBucketSchema.optional(),
    /** When the last of those certificates has expired, or later. Milliseconds since the epoch. */
    until: z.number(),
  }),
);

/**
 * Notes end this long after the certificate, so that not every certificate that lives longer than
 * the one before rewrites its note.
 */
const NOTE_MARGIN_MS = DAY_MS;

/**
 * The distribution point of certificates that are issued now. Undefined when the server does not
 * know the address of its CRLs.
 */
function currentPoint(
  authority: AuthorityRecord,
  places: PublicPlaces,
): DistributionPoint | undefined {
  const url = crlDirectoryUrl(authority, places);
  if (url === undefined) return undefined;
  const { revocation } = authority;
  return {
    url,
    isPartitioned: revocation?.CrlConfiguration?.CrlType === 'PARTITIONED',
    directory: crlDirectory(authority),
    bucket: crlBucketOf(revocation),
  };
}

export interface DistributionPoints {
  /**
   * Records the CRL URL that goes into the certificate: a valid CRL must stay there until the
   * certificate expires, even if the authority's configuration changes. Call it before signing the
   * certificate; usually it needs no access to the store.
   */
  record(authority: AuthorityRecord, certificate: CertificateFields): Promise<void>;
}

export function createDistributionPoints(ca: CaContext & PublicPlaces): DistributionPoints {
  /** The time until which this process knows the point to be recorded, by authority and point. */
  const recordedUntil = new Map<string, number>();
  return {
    async record(authority, { extensions, notAfter }) {
      if (!extensions.some(({ oid }) => oid === OID.cRLDistributionPoints)) return;
      const point = currentPoint(authority, ca);
      if (point === undefined) return;
      const name = `${authority.id}/${keyOf(point)}`;
      const end = notAfter.getTime();
      while ((recordedUntil.get(name) ?? 0) < end) {
        const until = await extendNote(ca, authority, point, end);
        if (until !== undefined) recordedUntil.set(name, until);
      }
    },
  };
}

/** Returns the new end of the note, or undefined when another process has changed it meanwhile. */
async function extendNote(
  ca: CaContext,
  authority: AuthorityRecord,
  point: DistributionPoint,
  end: number,
): Promise<number | undefined> {
  const partition = authorityPartition(authority.id);
  const key = keyOf(point);
  const noted = await getEntry(ca.store, partition, notedPoints, key);
  if (noted !== undefined && noted.value.until >= end) return noted.value.until;
  await noteCrlBucket(ca, authority.id, authority.revocation);
  const until = end + NOTE_MARGIN_MS;
  const condition = noted === undefined ? 'absent' : { version: noted.version };
  const note = putEntry(notedPoints, key, { ...noted?.value, ...point, until }, { condition });
  const { outcome } = await ca.store.commit(partition, [note]);
  return outcome === 'committed' ? until : undefined;
}

/** The points that unexpired certificates may carry, in the same order in all processes. */
export async function readDistributionPoints(
  ca: CaContext,
  authorityId: string,
): Promise<readonly DistributionPoint[]> {
  const points: DistributionPoint[] = [];
  const noted = readableEntries(ca.store, authorityPartition(authorityId), notedPoints);
  for await (const { value } of noted) if (value.until > ca.clock()) points.push(value);
  return points;
}

/** The ACL is not part of the key. */
function keyOf({ url, isPartitioned, directory, bucket }: DistributionPoint): string {
  const text = JSON.stringify([url, isPartitioned, directory, bucket?.name]);
  return createHash('sha256').update(text).digest('hex');
}
