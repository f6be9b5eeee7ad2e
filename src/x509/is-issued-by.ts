import { DecodeError } from '../asn1/decode-error.ts';
import { isSameName } from './is-same-name.ts';
import type { Certificate } from './parse-certificate.ts';
import { importPublicKey } from './public-key.ts';
import { UnsupportedAlgorithmError } from './unsupported-algorithm-error.ts';
import { verifySignature } from './verify-signature.ts';

/** The fields that a certificate and a CRL share. */
type Signed = Pick<Certificate, 'issuer' | 'tbs' | 'signatureAlgorithm' | 'signature'>;

/**
 * Whether `issuer` signed a certificate or CRL and is its named issuer (RFC 5280 section 6.1.3
 * (a)(1) and (a)(4)). Also false when the key or algorithm is not supported. The caller checks
 * dates, basicConstraints and keyUsage.
 */
export function isIssuedBy(signed: Signed, issuer: Certificate): boolean {
  if (!isSameName(signed.issuer, issuer.subject)) return false;
  const { signatureAlgorithm, tbs, signature } = signed;
  try {
    const publicKey = importPublicKey(issuer.subjectPublicKeyInfo);
    return verifySignature(signatureAlgorithm, publicKey, tbs, signature);
  } catch (error) {
    if (error instanceof DecodeError || error instanceof UnsupportedAlgorithmError) return false;
    throw error;
  }
}
