import type { AuthorityRecord } from './authority-record.ts';

/**
 * Where the enrol listener serves what relying parties fetch; undefined in a process that does not know, and in one that only
 * administers.
 */
export type PublicUrl = () => string | undefined;

/**
 * Where the CRL of an authority is: `{publicUrl}/crl/{id}.crl`, with CustomCname in place of the server's address and CustomPath
 * in place of `crl`; that of a partition ends with `{id}-{partition}.crl`. Undefined without an address.
 * @param partition two hexadecimal digits
 */
export function revocationListUrl(
  { id, revocation }: AuthorityRecord,
  publicUrl: PublicUrl | undefined,
  partition?: string,
): string | undefined {
  const { CustomCname: cname, CustomPath: path = 'crl' } = revocation?.CrlConfiguration ?? {};
  const base = cname ? `http://${cname}` : publicUrl?.();
  if (!base) return undefined;
  const directory = path === '/' ? '' : `${path}/`;
  const name = partition === undefined ? id : `${id}-${partition}`;
  return `${base.replace(/\/+$/, '')}/${directory}${name}.crl`;
}

/** Where an authority's OCSP responder is: `{publicUrl}/ocsp`, or OcspCustomCname. Undefined without an address. */
export function ocspUrl(
  { revocation }: AuthorityRecord,
  publicUrl: PublicUrl | undefined,
): string | undefined {
  const cname = revocation?.OcspConfiguration?.OcspCustomCname;
  if (cname) return `http://${cname}`;
  const base = publicUrl?.();
  return base ? `${base.replace(/\/+$/, '')}/ocsp` : undefined;
}
