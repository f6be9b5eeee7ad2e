import type { AuthorityRecord } from './authority-record.ts';
import type { Buckets } from './object-store.ts';

/**
 * Where the enrol listener serves what relying parties fetch; undefined in a process that does not know, and in one that only
 * administers.
 */
export type PublicUrl = () => string | undefined;

/** What is known of where relying parties find what the authorities publish. */
export interface PublicPlaces {
  readonly publicUrl?: PublicUrl | undefined;
  readonly buckets?: Pick<Buckets, 'publicUrl'> | undefined;
}

/**
 * Where the CRL of an authority is: its key under CustomCname, else under the address of its bucket, else under that of the server.
 * Undefined without an address.
 * @param partition two hexadecimal digits
 */
export function revocationListUrl(
  authority: AuthorityRecord,
  { publicUrl, buckets }: PublicPlaces,
  partition?: string,
): string | undefined {
  const crl = authority.revocation?.CrlConfiguration;
  const inBucket = crl?.S3BucketName && buckets?.publicUrl(crl.S3BucketName);
  const base = crl?.CustomCname ? `http://${crl.CustomCname}` : inBucket || publicUrl?.();
  if (!base) return undefined;
  return `${base.replace(/\/+$/, '')}/${revocationListKey(authority, partition)}`;
}

/**
 * The key of the CRL in its bucket: `crl/{id}.crl`, with CustomPath in place of `crl`; that of a partition ends with
 * `{id}-{partition}.crl`.
 */
export function revocationListKey(
  { id, revocation }: AuthorityRecord,
  partition: string | undefined,
): string {
  const path = revocation?.CrlConfiguration?.CustomPath ?? 'crl';
  const directory = path === '/' ? '' : `${path}/`;
  return `${directory}${partition === undefined ? id : `${id}-${partition}`}.crl`;
}

/** Where an authority's OCSP responder is: `{publicUrl}/ocsp`, or OcspCustomCname. Undefined without an address. */
export function ocspUrl(
  { revocation }: AuthorityRecord,
  { publicUrl }: PublicPlaces,
): string | undefined {
  const cname = revocation?.OcspConfiguration?.OcspCustomCname;
  if (cname) return `http://${cname}`;
  const base = publicUrl?.();
  return base ? `${base.replace(/\/+$/, '')}/ocsp` : undefined;
}
