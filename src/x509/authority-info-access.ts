import { OID } from '../asn1/object-identifiers.ts';
import { derOid, derSequence } from '../asn1/write-der.ts';
import type { Extension } from './extensions.ts';
import { derGeneralName } from './general-names.ts';

/**
 * An authorityInfoAccess (RFC 5280 section 4.2.2.1) with the URL of the issuer's OCSP responder.
 * @throws RangeError when the URL is not printable ASCII
 */
export function ocspAccessExtension(url: string): Extension {
  const location = derGeneralName({ kind: 'uniformResourceIdentifier', value: url });
  const value = derSequence(derSequence(derOid(OID.ocspAccess), location));
  return { oid: OID.authorityInfoAccess, critical: false, value };
}
