import type { KeyObject } from 'node:crypto';
import { DecodeError } from '../../asn1/decode-error.ts';
import { equalBytes } from '../../asn1/equal-bytes.ts';
import type { OpenedRequest } from '../../scep/open-pki-request.ts';
import { Refusal } from '../../scep/refusal.ts';
import {
  type CertificationRequest,
  parseCertificationRequest,
} from '../../x509/parse-certification-request.ts';
import { importPublicKey } from '../../x509/public-key.ts';
import { signatureDigest } from '../../x509/signature-algorithms.ts';
import { UnsupportedAlgorithmError } from '../../x509/unsupported-algorithm-error.ts';
import { verifySignature } from '../../x509/verify-signature.ts';
import type { Holder } from './find-holder.ts';

export interface ReadRequest {
  readonly csr: CertificationRequest;
  /** The key that signed the message is the key to be certified. */
  readonly signerIsRequester: boolean;
}

/**
 * The PKCS #10 in an opened message, with proof that its sender holds its key: the sender signed the message with that key, or
 * with a certificate of this connector.
 *
 * The order matters. Until then the sender may be somebody who re-signed a captured envelope, perhaps changed, to learn from
 * the answer whether it decrypts: every failure up to there is the one 'message-check' (protocol S2, S11). After it the
 * envelope is known to be whole, by the signature inside.
 * @throws Refusal
 */
export function readCertificationRequest(
  opened: OpenedRequest,
  holder: Holder | undefined,
): ReadRequest {
  const csr = parseCsr(opened.content);
  const signerSpki = opened.signerCertificate.subjectPublicKeyInfo;
  const signerIsRequester = equalBytes(csr.subjectPublicKeyInfo, signerSpki);
  if (!signerIsRequester && holder === undefined) {
    throw new Refusal('message-check', 'the signer is not the requester');
  }
  if (signerIsRequester) requireKnownAlgorithm(csr);
  const key = signerIsRequester ? opened.signerKey : requesterKey(csr);
  if (!isSelfSigned(csr, key)) {
    throw new Refusal('message-check', 'the signature of the certification request is wrong');
  }
  return { csr, signerIsRequester };
}

function parseCsr(content: Uint8Array): CertificationRequest {
  return messageCheck(() => parseCertificationRequest(content));
}

function requesterKey({ subjectPublicKeyInfo }: CertificationRequest): KeyObject {
  return messageCheck(() => importPublicKey(subjectPublicKeyInfo));
}

function messageCheck<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DecodeError) throw new Refusal('message-check', error.message);
    throw error;
  }
}

/** Told only to the requester himself: to anybody else it would tell something of the content. */
function requireKnownAlgorithm({ signatureAlgorithm }: CertificationRequest): void {
  try {
    signatureDigest(signatureAlgorithm);
  } catch (error) {
    if (error instanceof UnsupportedAlgorithmError) {
      throw new Refusal('algorithm-unsupported', error.oid);
    }
    if (!(error instanceof DecodeError)) throw error;
  }
}

/** RFC 2986 section 3: the signature proves possession, so any digest that can be verified will do. */
function isSelfSigned(csr: CertificationRequest, key: KeyObject): boolean {
  const { signatureAlgorithm, signedBytes, signature } = csr;
  try {
    return verifySignature(signatureAlgorithm, key, signedBytes, signature);
  } catch (error) {
    if (error instanceof UnsupportedAlgorithmError || error instanceof DecodeError) return false;
    throw error;
  }
}
