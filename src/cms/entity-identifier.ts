import { octets } from '../asn1/ber-to-der.ts';
import { equalBytes } from '../asn1/equal-bytes.ts';
import { expectType, hasContextTag } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import type { BerElement } from '../asn1/read-ber.ts';
import { derElement, derOctetString, derSequence } from '../asn1/write-der.ts';
import { extensionValue } from '../x509/extensions.ts';
import { isSameName } from '../x509/is-same-name.ts';
import type { Certificate } from '../x509/parse-certificate.ts';

/** How a SignerInfo or RecipientInfo identifies a certificate (RFC 5652 sections 5.3 and 6.2.1). */
export type EntityIdentifier =
  | {
      readonly kind: 'issuerAndSerialNumber';
      /** Name, DER as received. */
      readonly issuer: Uint8Array;
      /** Content octets of the INTEGER. */
      readonly serialNumber: Uint8Array;
    }
  | { readonly kind: 'subjectKeyIdentifier'; readonly keyIdentifier: Uint8Array };

/**
 * False for a certificate whose subjectKeyIdentifier is not DER, which is no reason to refuse a
 * message.
 */
export function identifies(id: EntityIdentifier, certificate: Certificate): boolean {
  if (id.kind === 'issuerAndSerialNumber') {
    return (
      equalBytes(minimal(id.serialNumber), minimal(certificate.serialNumber)) &&
      isSameName(id.issuer, certificate.issuer)
    );
  }
  const value = extensionValue(certificate, OID.subjectKeyIdentifier);
  return value !== undefined && equalBytes(value, derOctetString(id.keyIdentifier));
}

/**
 * IssuerAndSerialNumber of a certificate, with the exact bytes of both, because clients compare
 * bytes.
 */
export function derIssuerAndSerialNumber({
  issuer,
  serialNumber,
}: Pick<Certificate, 'issuer' | 'serialNumber'>): Uint8Array {
  return derSequence(issuer, derElement(0x02, serialNumber));
}

/**
 * Reads a SignerIdentifier or RecipientIdentifier: an IssuerAndSerialNumber, or [0].
 * @throws DecodeError for anything else
 */
export function readEntityIdentifier(element: BerElement | undefined): EntityIdentifier {
  if (hasContextTag(element, 0)) {
    return { kind: 'subjectKeyIdentifier', keyIdentifier: octets(element) };
  }
  const [issuer, serialNumber] = expectType(element, 'SEQUENCE').children;
  return {
    kind: 'issuerAndSerialNumber',
    issuer: expectType(issuer, 'SEQUENCE').bytes,
    serialNumber: expectType(serialNumber, 'INTEGER').content,
  };
}

/**
 * Clients send serial numbers with and without needless leading zeros. A negative one keeps its
 * sign octet.
 */
function minimal(serial: Uint8Array): Uint8Array {
  const first = serial.findIndex((octet) => octet !== 0);
  return first < 0 ? serial.subarray(serial.length - 1) : serial.subarray(first);
}
