import { constants, type KeyObject, verify } from 'node:crypto';
import type { AlgorithmIdentifier } from './algorithm-identifier.ts';
import { signatureScheme } from './signature-algorithms.ts';

/**
 * Whether `signature` over `signedBytes` was made with the private half of `publicKey`. False for a
 * key of another type than the algorithm's.
 * @throws UnsupportedAlgorithmError when the algorithm is not in the table of
 *   signature-algorithms.ts; DecodeError when its parameters are malformed
 */
export function verifySignature(
  algorithm: AlgorithmIdentifier,
  publicKey: KeyObject,
  signedBytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  const scheme = signatureScheme(algorithm);
  const keyType = scheme.kind === 'ecdsa' ? 'ec' : 'rsa';
  if (publicKey.asymmetricKeyType !== keyType) return false;
  const padding =
    scheme.kind === 'rsa-pss'
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: scheme.saltLength ?? 0 }
      : {};
  try {
    return verify(scheme.digest, signedBytes, { key: publicKey, ...padding }, signature);
  } catch {
    // OpenSSL throws when the key is too short for the digest.
    return false;
  }
}
