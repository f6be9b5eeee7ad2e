import { derSequence } from '../asn1/write-der.ts';

/** IssuerAndSubject, the messageData of a CertPoll (RFC 8894 section 3.3.3), from two Names in DER. */
export function derIssuerAndSubject(issuer: Uint8Array, subject: Uint8Array): Uint8Array {
  return derSequence(issuer, subject);
}
