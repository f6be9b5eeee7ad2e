import { DecodeError } from '../asn1/decode-error.ts';
import { equalBytes } from '../asn1/equal-bytes.ts';
import type { Certificate } from './parse-certificate.ts';
import { importPublicKey } from './public-key.ts';
import { UnsupportedAlgorithmError } from './unsupported-algorithm-error.ts';
import { verifySignature } from './verify-signature.ts';

/** What a certificate and a CRL have in common. */
type Signed = Pick<Certificate, 'issuer' | 'tbs' | 'signatureAlgorithm' | 'signature'>;

/**
 * Whether `issuer` signed a certificate or CRL and is named in it (RFC 5280 section 6.1.3, a and 4). Names are compared to the byte, as
 * issuers copy them. False as well when the key or the algorithm is one this program does not do. Dates,
 * basicConstraints and keyUsage are the caller's business.
 */
export function isIssuedBy(signed: Signed, issuer: Certificate): boolean {
  if (!equalBytes(signed.issuer, issuer.subject)) return false;
  const { signatureAlgorithm, tbs, signature } = signed;
  try {
    const publicKey = importPublicKey(issuer.subjectPublicKeyInfo);
    return verifySignature(signatureAlgorithm, publicKey, tbs, signature);
  } catch (error) {
    if (error instanceof DecodeError || error instanceof UnsupportedAlgorithmError) return false;
    throw error;
  }
}
