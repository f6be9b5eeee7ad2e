import { constants, createHash, createHmac, type KeyObject, privateDecrypt } from 'node:crypto';
import { OID } from '../asn1/object-identifiers.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import { oaepParameters } from './oaep-parameters.ts';
import { type Unpad, unpadOaep, unpadPkcs1 } from './unpad-content-key.ts';

/**
 * Recovers a content-encryption key of `keyLength` octets that a client encrypted to our RSA key.
 * Always returns a key: a pseudo-random one when the padding is wrong, so that the failure shows
 * only later and looks like any other (implicit rejection, against Bleichenbacher's attack).
 * @throws UnsupportedAlgorithmError for key transport other than RSAES-PKCS1-v1_5 and RSAES-OAEP;
 *   DecodeError when the parameters of OAEP are malformed. Both depend only on unencrypted data.
 */
export type KeyTransport = (
  algorithm: AlgorithmIdentifier,
  encryptedKey: Uint8Array,
  keyLength: number,
) => Uint8Array;

/** The key transport of one RSA private key, which it keeps and never exports again. */
export function createKeyTransport(privateKey: KeyObject): KeyTransport {
  const modulusLength = (privateKey.asymmetricKeyDetails?.modulusLength ?? 0) >>> 3;
  const rejectionSecret = rejectionSecretOf(privateKey);
  return (algorithm, encryptedKey, keyLength) => {
    const unpad = unpadding(algorithm);
    const substitute = createHmac('sha512', rejectionSecret)
      .update(encryptedKey)
      .digest()
      .subarray(0, keyLength);
    const block = rawDecrypt(privateKey, encryptedKey, modulusLength);
    return block === undefined ? substitute : unpad(block, keyLength, substitute);
  };
}

function unpadding(algorithm: AlgorithmIdentifier): Unpad {
  if (algorithm.oid === OID.rsaEncryption) return unpadPkcs1;
  if (algorithm.oid === OID.rsaesOaep) return unpadOaep(oaepParameters(algorithm));
  throw new UnsupportedAlgorithmError(algorithm.oid);
}

/**
 * Node 20 refuses RSA_PKCS1_PADDING for decryption (CVE-2023-46809): its OpenSSL reports bad
 * padding, which is Bleichenbacher's oracle. RSA_NO_PADDING returns the whole block and leaves the
 * check to us. Undefined only for what is visible without the key: a wrong length or a number
 * beyond the modulus.
 */
function rawDecrypt(
  privateKey: KeyObject,
  encryptedKey: Uint8Array,
  modulusLength: number,
): Uint8Array | undefined {
  if (encryptedKey.length !== modulusLength) return undefined;
  try {
    return privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, encryptedKey);
  } catch {
    return undefined;
  }
}

/**
 * Deterministic, so that the same tampered message always fails in the same way; unknown without
 * the key.
 */
function rejectionSecretOf(privateKey: KeyObject): Uint8Array {
  const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'der' });
  return createHash('sha256').update('scep-connector implicit rejection').update(pkcs1).digest();
}
