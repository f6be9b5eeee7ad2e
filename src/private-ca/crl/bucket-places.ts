import type { AuthorityRecord } from '../records/authority-record.ts';
import { type CrlBucket, crlBucketOf } from '../revocation/crl-bucket.ts';
import type { DistributionPoint } from '../revocation/distribution-points.ts';
import { crlDirectory } from '../revocation/revocation-urls.ts';

/** A directory of a bucket that must hold the complete CRL, or the CRLs of all partitions. */
export interface BucketPlace {
  readonly bucket: CrlBucket;
  /** Ends with a slash, or is empty. */
  readonly directory: string;
  readonly isPartitioned: boolean;
}

/**
 * The places that the configuration names, and those where unexpired certificates look for CRLs.
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
    // The configured ACL applies to the configured bucket; other buckets keep the recorded one.
    const bucket = point.bucket.name === configured?.name ? configured : point.bucket;
    const name = `${bucket.name}/${point.directory} ${point.isPartitioned}`;
    if (places.has(name)) continue;
    places.set(name, { bucket, directory: point.directory, isPartitioned: point.isPartitioned });
  }
  return [...places.values()];
}
