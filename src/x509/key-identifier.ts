import { createHash } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { hasContextTag, isType, readBitString } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { readBer } from '../asn1/read-ber.ts';
import { derContextPrimitive, derOctetString, derSequence } from '../asn1/write-der.ts';
import type { Extension } from './extensions.ts';
import type { DigestName } from './signature-algorithms.ts';

/**
 * 20 octets: SHA-1 of the key bits (RFC 5280 section 4.2.1.2, method 1).
 * @throws DecodeError when it is not a public key
 */
export function keyIdentifierOf(subjectPublicKeyInfo: Uint8Array): Uint8Array {
  return digestOfKey('sha1', subjectPublicKeyInfo);
}

/**
 * The digest of the key bits, without tag, length and unused-bits octet.
 * @throws DecodeError when it is not a public key
 */
export function digestOfKey(digest: DigestName, subjectPublicKeyInfo: Uint8Array): Uint8Array {
  const [, publicKey] = readBer(subjectPublicKeyInfo).children;
  if (publicKey === undefined) throw new DecodeError('the public key is malformed');
  return createHash(digest).update(readBitString(publicKey)).digest();
}

export function subjectKeyIdentifierExtension(keyIdentifier: Uint8Array): Extension {
  return { oid: OID.subjectKeyIdentifier, critical: false, value: derOctetString(keyIdentifier) };
}

/** An authorityKeyIdentifier with only the keyIdentifier. */
export function authorityKeyIdentifierExtension(keyIdentifier: Uint8Array): Extension {
  const value = derSequence(derContextPrimitive(0, keyIdentifier));
  return { oid: OID.authorityKeyIdentifier, critical: false, value };
}

/** @throws DecodeError when the value of a subjectKeyIdentifier is malformed */
export function parseSubjectKeyIdentifier(value: Uint8Array): Uint8Array {
  const element = readBer(value);
  if (!isType(element, 'OCTET STRING') || element.content.length === 0) {
    throw new DecodeError('subjectKeyIdentifier is malformed');
  }
  return element.content;
}

/**
 * The keyIdentifier of an authorityKeyIdentifier (RFC 5280 section 4.2.1.1); undefined when it
 * identifies the issuer only in another way.
 * @throws DecodeError when the value is malformed
 */
export function parseAuthorityKeyIdentifier(value: Uint8Array): Uint8Array | undefined {
  const element = readBer(value);
  const { children } = element;
  const malformed = children.some((child) => child.tagClass !== 'context' || child.tagNumber > 2);
  if (!isType(element, 'SEQUENCE') || malformed) {
    throw new DecodeError('authorityKeyIdentifier is malformed');
  }
  return children.find((child) => hasContextTag(child, 0))?.content;
}
