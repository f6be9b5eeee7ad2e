import { derBoolean, derOctetString, derOid, derSequence } from '../asn1/write-der.ts';
import type { Extension } from './read-extensions.ts';

/** The DER of Extensions (RFC 5280 section 4.1), in the given order. */
export function derExtensions(extensions: readonly Extension[]): Uint8Array {
  return derSequence(...extensions.map(derExtension));
}

function derExtension({ oid, critical, value }: Extension): Uint8Array {
  return critical
    ? derSequence(derOid(oid), derBoolean(true), derOctetString(value))
    : derSequence(derOid(oid), derOctetString(value));
}
