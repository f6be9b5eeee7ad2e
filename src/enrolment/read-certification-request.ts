import { DecodeError } from '../asn1/decode-error.ts';
import type { OpenedRequest } from '../scep/open-pki-request.ts';
import { Refusal } from '../scep/refusal.ts';
import type { CertificationRequest } from '../x509/parse-certification-request.ts';
import { parseCertificationRequest } from '../x509/parse-certification-request.ts';
import { signatureDigest } from '../x509/signature-algorithms.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import { verifySignature } from '../x509/verify-signature.ts';

/**
 * The PKCS #10 in an opened PKCSReq, with proof that whoever signed the message holds its key.
 *
 * The order matters. Until the key in the request has been found to be the key that signed the message, the sender may be
 * somebody who re-signed a captured envelope, perhaps changed, to learn from the answer whether it decrypts: every
 * failure up to there is the one 'message-check' (protocol S2, S11). After it the sender knows the content.
 * @throws Refusal
 */
export function readCertificationRequest(opened: OpenedRequest): CertificationRequest {
  const csr = parseCsr(opened.content);
  const signerSpki = opened.signerCertificate.subjectPublicKeyInfo;
  if (Buffer.compare(csr.subjectPublicKeyInfo, signerSpki) !== 0) {
    throw new Refusal('message-check', 'the signer is not the requester');
  }
  if (!isSelfSigned(csr, opened)) {
    throw new Refusal('message-check', 'the signature of the certification request is wrong');
  }
  return csr;
}

function parseCsr(content: Uint8Array): CertificationRequest {
  try {
    return parseCertificationRequest(content);
  } catch (error) {
    if (error instanceof DecodeError) throw new Refusal('message-check', error.message);
    throw error;
  }
}

/** RFC 2986 section 3: the signature proves possession, so any digest that can be verified will do but MD5. */
function isSelfSigned(csr: CertificationRequest, { signerKey }: OpenedRequest): boolean {
  const { signatureAlgorithm, signedBytes, signature } = csr;
  try {
    if (signatureDigest(signatureAlgorithm) === 'md5') {
      throw new Refusal('algorithm-not-allowed', 'md5 in the certificate signing request');
    }
    return verifySignature(signatureAlgorithm, signerKey, signedBytes, signature);
  } catch (error) {
    if (error instanceof UnsupportedAlgorithmError) {
      throw new Refusal('algorithm-unsupported', error.oid);
    }
    if (error instanceof DecodeError) return false;
    throw error;
  }
}
