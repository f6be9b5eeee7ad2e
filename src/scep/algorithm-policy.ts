import { type CipherName, type ContentCipher, contentCipher } from '../cms/content-ciphers.ts';
import {
  type DigestAlgorithm,
  type DigestName,
  digestAlgorithm,
} from '../x509/signature-algorithms.ts';

/**
 * The legacy algorithms and keys that a connector accepts from clients, besides those without a
 * legacy word, which all connectors accept.
 */
export interface AlgorithmPolicy {
  /** RFC 8894 section 2.9 forbids single DES, and scepclient always uses it. */
  readonly allowSingleDes: boolean;
  readonly allowSha1: boolean;
  readonly allowMd5: boolean;
  /** Old devices, and Apple's profiles that name no size, have RSA keys of 1024 bits. */
  readonly allowRsa1024: boolean;
}

export const MODERN_ALGORITHMS: AlgorithmPolicy = {
  allowSingleDes: false,
  allowSha1: false,
  allowMd5: false,
  allowRsa1024: false,
};

type Algorithm = Pick<ContentCipher | DigestAlgorithm, 'legacy'>;

const ALLOWED_BY = {
  des: 'allowSingleDes',
  sha1: 'allowSha1',
  md5: 'allowMd5',
} as const satisfies Record<NonNullable<Algorithm['legacy']>, keyof AlgorithmPolicy>;

/** Whether the policy accepts a cipher or digest of our tables. */
export function accepts(policy: AlgorithmPolicy, { legacy }: Algorithm): boolean {
  return legacy === undefined || policy[ALLOWED_BY[legacy]];
}

/** Whether messages may be signed with this digest. */
export function acceptsDigest(policy: AlgorithmPolicy, digest: DigestName): boolean {
  return accepts(policy, digestAlgorithm(digest));
}

/** Whether envelopes may be encrypted with this cipher. */
export function acceptsCipher(policy: AlgorithmPolicy, cipher: CipherName): boolean {
  return accepts(policy, contentCipher(cipher));
}

/** How long an RSA key must be, that of a signer and that to be certified. */
export function minimumRsaBits({ allowRsa1024 }: AlgorithmPolicy): number {
  return allowRsa1024 ? 1024 : 2048;
}
