import { createHash, type KeyObject } from 'node:crypto';
import { DecodeError } from '../../asn1/decode-error.ts';
import { equalBytes } from '../../asn1/equal-bytes.ts';
import type { ConnectorPolicy } from '../../connectors/tags/connector-policy.ts';
import { type AlgorithmPolicy, acceptsDigest } from '../../scep/algorithm-policy.ts';
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
  /** A challenge would do: the signer is the requester, or may sign for it. */
  readonly challengeCounts: boolean;
}

/**
 * The PKCS #10 in an opened message, with proof that its maker holds its key, from a sender who
 * may sign it: with that key, with a certificate of this connector, or as `policy` says.
 *
 * The order matters. Before that proof the sender may be an attacker who changed and re-signed a
 * captured envelope to learn from the reply whether it decrypts, so every fault up to there is
 * 'message-check' (docs/rfc8894-conformance.md S2, S11). After it, the signature inside proves the
 * envelope intact.
 * @throws Refusal
 */
export function readCertificationRequest(
  opened: OpenedRequest,
  holder: Holder | undefined,
  policy: Pick<ConnectorPolicy, 'signer' | 'algorithms'>,
): ReadRequest {
  const csr = parseCsr(opened.content);
  const signerSpki = opened.signerCertificate.subjectPublicKeyInfo;
  const signerIsRequester = equalBytes(csr.subjectPublicKeyInfo, signerSpki);
  const fingerprint = createHash('sha256').update(opened.signerCertificate.der).digest('hex');
  const isAccepted = policy.signer === 'any' || policy.signer.has(fingerprint);
  const challengeCounts = signerIsRequester || isAccepted;
  if (!challengeCounts && holder === undefined) {
    throw new Refusal('message-check', `the signer ${fingerprint} is not the requester`);
  }
  if (signerIsRequester) requireKnownAlgorithm(csr);
  const key = signerIsRequester ? opened.signerKey : requesterKey(csr);
  if (!isSelfSigned(csr, key)) {
    throw new Refusal('message-check', 'the signature of the certification request is wrong');
  }
  requireAcceptedDigest(csr, policy.algorithms);
  return { csr, signerIsRequester, challengeCounts };
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

/** Only for the requester itself: to others the reason would reveal something of the content. */
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

/** The same digests as for messages. Call it when the signature has been verified. */
function requireAcceptedDigest(csr: CertificationRequest, policy: AlgorithmPolicy): void {
  const digest = signatureDigest(csr.signatureAlgorithm);
  if (!acceptsDigest(policy, digest)) {
    throw new Refusal('algorithm-not-allowed', `the CSR is signed with ${digest}`);
  }
}

function isSelfSigned(csr: CertificationRequest, key: KeyObject): boolean {
  const { signatureAlgorithm, signedBytes, signature } = csr;
  try {
    return verifySignature(signatureAlgorithm, key, signedBytes, signature);
  } catch (error) {
    if (error instanceof UnsupportedAlgorithmError || error instanceof DecodeError) return false;
    throw error;
  }
}
