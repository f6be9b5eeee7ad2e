import type { CipherName } from '../cms/content-ciphers.ts';
import type { DigestName } from '../x509/signature-algorithms.ts';

/** The algorithms a connector accepts from clients beyond AES, triple DES and SHA-2, which all do. */
export interface AlgorithmPolicy {
  /** Single DES, which RFC 8894 section 2.9 forbids and scepclient always uses. */
  readonly allowSingleDes: boolean;
  readonly allowSha1: boolean;
  readonly allowMd5: boolean;
}

export const MODERN_ALGORITHMS: AlgorithmPolicy = {
  allowSingleDes: false,
  allowSha1: false,
  allowMd5: false,
};

export function acceptsDigest(policy: AlgorithmPolicy, digest: DigestName): boolean {
  if (digest === 'md5') return policy.allowMd5;
  if (digest === 'sha1') return policy.allowSha1;
  return true;
}

export function acceptsCipher(policy: AlgorithmPolicy, cipher: CipherName): boolean {
  return cipher !== 'des' || policy.allowSingleDes;
}
