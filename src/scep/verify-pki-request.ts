import type { KeyObject } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { findDigestByOid } from '../cms/digest-algorithms.ts';
import { verifySignedData } from '../cms/verify-signed-data.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import { describePublicKey, importPublicKey } from '../x509/public-key.ts';
import type { DigestName } from '../x509/signature-algorithms.ts';
import { signatureDigest } from '../x509/signature-algorithms.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import type { AlgorithmPolicy } from './algorithm-policy.ts';
import { acceptsDigest } from './algorithm-policy.ts';
import type { PkiRequest } from './read-pki-message.ts';
import { Refusal } from './refusal.ts';

const MINIMUM_RSA_BITS = 2048;

/** A request whose signature holds. The signer is whoever has the key: no certificate has been trusted. */
export interface VerifiedRequest {
  readonly request: PkiRequest;
  readonly signerCertificate: Certificate;
  /** RSA: the reply is encrypted to it. */
  readonly signerKey: KeyObject;
  readonly digest: DigestName;
}

/**
 * Verifies the signature of a request with algorithms that `policy` accepts.
 * @throws Refusal 'message-check' when it does not hold or its certificate is missing; 'algorithm-unsupported',
 * 'algorithm-not-allowed' or 'signer-key-unsupported' when it cannot be judged or answered.
 */
export function verifyPkiRequest(request: PkiRequest, policy: AlgorithmPolicy): VerifiedRequest {
  const { signerCertificate } = request;
  if (signerCertificate === undefined) {
    throw new Refusal('message-check', 'the certificate of the signer is missing');
  }
  try {
    const digest = acceptedDigest(request, policy);
    const signerKey = encryptableKey(signerCertificate);
    if (!verifySignedData(request.signedData, request.signer, signerKey)) {
      throw new Refusal('message-check', 'the signature is wrong');
    }
    return { request, signerCertificate, signerKey, digest };
  } catch (error) {
    if (error instanceof UnsupportedAlgorithmError) {
      throw new Refusal('algorithm-unsupported', error.oid);
    }
    if (error instanceof DecodeError) throw new Refusal('message-check', error.message);
    throw error;
  }
}

/** The digest over the content, if both it and the digest within the signature algorithm are accepted. */
function acceptedDigest({ signer }: PkiRequest, policy: AlgorithmPolicy): DigestName {
  const digest = findDigestByOid(signer.digestAlgorithm.oid);
  if (digest === undefined) throw new UnsupportedAlgorithmError(signer.digestAlgorithm.oid);
  const namesDigest = signer.signatureAlgorithm.oid !== OID.rsaEncryption;
  const signed = namesDigest ? signatureDigest(signer.signatureAlgorithm) : digest.name;
  for (const used of [digest.name, signed]) {
    if (!acceptsDigest(policy, used)) throw new Refusal('algorithm-not-allowed', used);
  }
  return digest.name;
}

/** RFC 8894 section 3.1: the reply goes to the signer's key by key transport, so it has to be RSA. */
function encryptableKey(certificate: Certificate): KeyObject {
  const key = signerKey(certificate);
  const description = describePublicKey(key);
  if (description.type !== 'rsa') throw new Refusal('signer-key-unsupported', description.curve);
  if (description.bits < MINIMUM_RSA_BITS) {
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
