import { OID } from '../asn1/object-identifiers.ts';
import { derContext, derSequence } from '../asn1/write-der.ts';
import { derGeneralName } from './general-names.ts';
import type { Extension } from './read-extensions.ts';

/**
 * The cRLDistributionPoints of a certificate (RFC 5280 section 4.2.1.13): one point, whose CRL is at the URL.
 * @throws RangeError when the URL is not printable ASCII
 */
export function crlDistributionPointsExtension(url: string): Extension {
  const value = derSequence(derSequence(derDistributionPointName(url)));
  return { oid: OID.cRLDistributionPoints, critical: false, value };
}

/**
 * The issuingDistributionPoint of a CRL (RFC 5280 section 5.2.5) that is about the certificates with this very URL alone.
 * @throws RangeError when the URL is not printable ASCII
 */
export function issuingDistributionPointExtension(url: string): Extension {
  const value = derSequence(derDistributionPointName(url));
  return { oid: OID.issuingDistributionPoint, critical: true, value };
}

/** [0] DistributionPointName with a fullName. */
function derDistributionPointName(url: string): Uint8Array {
  const name = derGeneralName({ kind: 'uniformResourceIdentifier', value: url });
  return derContext(0, derContext(0, name));
}
