import type { AuthorityRecord } from '../records/authority-record.ts';
import { type CrlBucket, crlBucketOf } from '../revocation/crl-bucket.ts';
import type { DistributionPoint } from '../revocation/distribution-points.ts';
import { crlDirectory } from '../revocation/revocation-urls.ts';

/** Where in a bucket CRLs have to be: the complete one, or those of all partitions. */
export interface BucketPlace {
  readonly bucket: CrlBucket;
  /** With a slash at the end, or empty. */
  readonly directory: string;
  readonly isPartitioned: boolean;
}

/**
 * As is configured, and wherever unexpired certificates look.
 * @param points of the authority's certificates
 */
export function bucketPlacesOf(
  authority: AuthorityRecord,
  points: readonly DistributionPoint[],
): readonly BucketPlace[] {
  const { revocation } = authority;
  const configured = crlBucketOf(revocation);
  const isPartitioned = revocation?.CrlConfiguration?.CrlType === 'PARTITIONED';
  const directory = crlDirectory(authority);
  const places = new Map<string, BucketPlace>();
  for (const point of [{ bucket: configured, directory, isPartitioned }, ...points]) {
    if (point.bucket === undefined) continue;
    // Of one bucket the ACL is that of today, as far as it is known.
    const bucket = point.bucket.name === configured?.name ? configured : point.bucket;
    const name = `${bucket.name}/${point.directory} ${point.isPartitioned}`;
    if (places.has(name)) continue;
    places.set(name, { bucket, directory: point.directory, isPartitioned: point.isPartitioned });
  }
  return [...places.values()];
}
