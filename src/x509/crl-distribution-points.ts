import { OID } from '../asn1/object-identifiers.ts';
import { derContext, derSequence } from '../asn1/write-der.ts';
import type { Extension } from './extensions.ts';
import { derGeneralName } from './general-names.ts';

/**
 * The cRLDistributionPoints of a certificate (RFC 5280 section 4.2.1.13): one point with the URL of
 * a CRL.
 * @throws RangeError when the URL is not printable ASCII
 */
export function crlDistributionPointsExtension(url: string): Extension {
  const value = derSequence(derSequence(derDistributionPointName([url])));
  return { oid: OID.cRLDistributionPoints, critical: false, value };
}

/**
 * The issuingDistributionPoint of a CRL (RFC 5280 section 5.2.5) that covers only the certificates
 * with one of these URLs. They are names of one CRL, and a certificate must have one of them
 * (section 6.3.3 (b)(2)(i)).
 * @throws RangeError when a URL is not printable ASCII
 */
export function issuingDistributionPointExtension(...urls: readonly string[]): Extension {
  const value = derSequence(derDistributionPointName(urls));
  return { oid: OID.issuingDistributionPoint, critical: true, value };
}

/** [0] DistributionPointName with a fullName. */
function derDistributionPointName(urls: readonly string[]): Uint8Array {
  const names = urls.map((value) => derGeneralName({ kind: 'uniformResourceIdentifier', value }));
  return derContext(0, derContext(0, ...names));
}
