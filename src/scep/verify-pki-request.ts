import type { KeyObject } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { signerDigests, verifySignedData } from '../cms/verify-signed-data.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import { describePublicKey, importPublicKey } from '../x509/public-key.ts';
import type { DigestName } from '../x509/signature-algorithms.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import { type AlgorithmPolicy, acceptsDigest, minimumRsaBits } from './algorithm-policy.ts';
import type { PkiRequest } from './read-pki-message.ts';
import { Refusal } from './refusal.ts';

/**
 * A request with a valid signature. The signer is known only by its key: no certificate has been
 * trusted.
 */
export interface VerifiedRequest {
  readonly request: PkiRequest;
  readonly signerCertificate: Certificate;
  /** RSA of as many bits as the policy requires, or EC. */
  readonly signerKey: KeyObject;
  /**
   * How the reply can be encrypted (RFC 8894 section 3.1): to an RSA key that signed the request,
   * otherwise by the challenge password. Without either, the request must be refused before
   * anything is issued.
   */
  readonly replyBy: 'key-transport' | 'password';
  readonly digest: DigestName;
}

/**
 * Verifies the signature of a request with algorithms that `policy` accepts.
 * @throws Refusal 'message-check' when it is wrong or its certificate is missing;
 *   'algorithm-unsupported', 'algorithm-not-allowed' or 'signer-key-unsupported' when it cannot be
 *   verified
 */
export function verifyPkiRequest(request: PkiRequest, policy: AlgorithmPolicy): VerifiedRequest {
  const { signerCertificate } = request;
  if (signerCertificate === undefined) {
    throw new Refusal('message-check', 'the certificate of the signer is missing');
  }
  try {
    const digest = acceptedDigest(request, policy);
    const signerKey = acceptedKey(signerCertificate, policy);
    const replyBy = signerKey.asymmetricKeyType === 'rsa' ? 'key-transport' : 'password';
    if (!verifySignedData(request.signedData, request.signer, signerKey)) {
      throw new Refusal('message-check', 'the signature is wrong');
    }
    return { request, signerCertificate, signerKey, replyBy, digest };
  } catch (error) {
    if (error instanceof UnsupportedAlgorithmError) {
      throw new Refusal('algorithm-unsupported', error.oid);
    }
    if (error instanceof DecodeError) throw new Refusal('message-check', error.message);
    throw error;
  }
}

/**
 * The digest over the content, if the policy accepts both it and the digest of the signature
 * algorithm.
 */
function acceptedDigest({ signer }: PkiRequest, policy: AlgorithmPolicy): DigestName {
  const digests = signerDigests(signer);
  for (const used of digests) {
    if (!acceptsDigest(policy, used)) throw new Refusal('algorithm-not-allowed', used);
  }
  return digests[0];
}

function acceptedKey(certificate: Certificate, policy: AlgorithmPolicy): KeyObject {
  const key = signerKey(certificate);
  const description = describePublicKey(key);
  if (description.type === 'rsa' && description.bits < minimumRsaBits(policy)) {
    throw new Refusal('signer-key-unsupported', `RSA of ${description.bits} bits`);
  }
  return key;
}

function signerKey({ subjectPublicKeyInfo }: Certificate): KeyObject {
  try {
    return importPublicKey(subjectPublicKeyInfo);
  } catch (error) {
    if (error instanceof DecodeError) throw new Refusal('signer-key-unsupported');
    throw error;
  }
}
