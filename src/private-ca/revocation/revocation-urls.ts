import type { Buckets } from '../buckets/object-store.ts';
import type { PublicUrl } from '../model/ca-context.ts';
import type { AuthorityRecord } from '../records/authority-record.ts';

/** Where relying parties find what the authorities publish, as far as it is known. */
export interface PublicPlaces {
  readonly publicUrl?: PublicUrl | undefined;
  readonly buckets?: Pick<Buckets, 'publicUrl'> | undefined;
}

/**
 * The URL of an authority's CRL: under CustomCname, else under the address of its bucket, else
 * under that of the server. Undefined when none is known.
 * @param partition two hexadecimal digits
 */
export function crlUrl(
  authority: AuthorityRecord,
  places: PublicPlaces,
  partition?: string,
): string | undefined {
  const directory = crlDirectoryUrl(authority, places);
  return directory && `${directory}${crlFileName(authority.id, partition)}`;
}

/** The URL of the directory of an authority's CRLs, with a slash at the end. */
export function crlDirectoryUrl(
  authority: AuthorityRecord,
  { publicUrl, buckets }: PublicPlaces,
): string | undefined {
  const crl = authority.revocation?.CrlConfiguration;
  const inBucket = crl?.S3BucketName && buckets?.publicUrl(crl.S3BucketName);
  const base = crl?.CustomCname ? `http://${crl.CustomCname}` : inBucket || publicUrl?.();
  if (!base) return undefined;
  return `${base.replace(/\/+$/, '')}/${crlDirectory(authority)}`;
}

/** The directory of CRLs in the bucket and in URLs: `crl/`, or CustomPath. */
export function crlDirectory({ revocation }: AuthorityRecord): string {
  const path = revocation?.CrlConfiguration?.CustomPath ?? 'crl';
  return path === '/' ? '' : `${path}/`;
}

/** `{id}.crl`, or `{id}-{partition}.crl`. */
export function crlFileName(authorityId: string, partition: string | undefined): string {
  return `${partition === undefined ? authorityId : `${authorityId}-${partition}`}.crl`;
}

/**
 * The URL of an authority's OCSP responder: OcspCustomCname, or `{publicUrl}/ocsp`. Undefined when
 * neither is known.
 */
export function ocspUrl(
  { revocation }: AuthorityRecord,
  { publicUrl }: PublicPlaces,
): string | undefined {
  const cname = revocation?.OcspConfiguration?.OcspCustomCname;
  if (cname) return `http://${cname}`;
  const base = publicUrl?.();
  return base ? `${base.replace(/\/+$/, '')}/ocsp` : undefined;
}
