import { createHash } from 'node:crypto';
import { OID } from '../asn1/object-identifiers.ts';
import { derInteger, derNull, derOctetString, derSequence } from '../asn1/write-der.ts';
import { derAlgorithmIdentifier } from './algorithm-identifier.ts';
import { keyIdentifierOf } from './key-identifier.ts';
import type { Certificate } from './parse-certificate.ts';

/**
 * The CertID of a certificate by SHA-1, which every responder supports (RFC 5019 section 2.1.1).
 */
export interface OcspQuestion {
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Big-endian magnitude. */
  readonly serialNumber: Uint8Array;
}

export function ocspQuestion(issuer: Certificate, serialNumber: Uint8Array): OcspQuestion {
  return {
    issuerNameHash: createHash('sha1').update(issuer.subject).digest(),
    issuerKeyHash: keyIdentifierOf(issuer.subjectPublicKeyInfo),
    serialNumber,
  };
}

/**
 * The DER of an unsigned OCSPRequest (RFC 6960 section 4.1.1) about one certificate, without a
 * nonce.
 */
export function derOcspRequest(question: OcspQuestion): Uint8Array {
  const { issuerNameHash, issuerKeyHash, serialNumber } = question;
  const certId = derSequence(
    derAlgorithmIdentifier(OID.sha1, derNull()),
    derOctetString(issuerNameHash),
    derOctetString(issuerKeyHash),
    derInteger(serialNumber),
  );
  return derSequence(derSequence(derSequence(derSequence(certId))));
}
