import type { KeyObject } from 'node:crypto';
import { constants, createHash, createHmac, privateDecrypt } from 'node:crypto';
import { OID } from '../asn1/object-identifiers.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import { oaepParameters } from './oaep-parameters.ts';

/**
 * Recovers a content-encryption key of `keyLength` octets from what a client encrypted to our RSA key. Always gives a key:
 * when the padding is wrong, a pseudo-random one, so that the failure shows only later and looks like any
 * other (implicit rejection, protocol S1).
 * @throws UnsupportedAlgorithmError for key transport other than RSAES-PKCS1-v1_5 and RSAES-OAEP.
 */
export type KeyTransport = (
  algorithm: AlgorithmIdentifier,
  encryptedKey: Uint8Array,
  keyLength: number,
) => Uint8Array;

/** The key transport of one RSA private key. `privateKey` is held, never exported again. */
export function createKeyTransport(privateKey: KeyObject): KeyTransport {
  const modulusLength = (privateKey.asymmetricKeyDetails?.modulusLength ?? 0) >>> 3;
  const rejectionSecret = rejectionSecretOf(privateKey);
  return (algorithm, encryptedKey, keyLength) => {
    const substitute = createHmac('sha512', rejectionSecret)
      .update(encryptedKey)
      .digest()
      .subarray(0, keyLength);
    if (algorithm.oid === OID.rsaEncryption) {
      const block = rawDecrypt(privateKey, encryptedKey, modulusLength);
      return block === undefined ? substitute : unpadPkcs1(block, keyLength, substitute);
    }
    if (algorithm.oid === OID.rsaesOaep) {
      return decryptOaep(privateKey, algorithm, encryptedKey, keyLength) ?? substitute;
    }
    throw new UnsupportedAlgorithmError(algorithm.oid);
  };
}

/**
 * Node 20 refuses RSA_PKCS1_PADDING for decryption (CVE-2023-46809): its OpenSSL rejects bad padding loudly, which is
 * Bleichenbacher's oracle. RSA_NO_PADDING gives the whole block and leaves the judging to `unpadPkcs1`.
 * Undefined only for what anyone can see without the key: a wrong length or a number beyond the modulus.
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
 * RFC 8017 section 7.2.2 without a branch on secret octets: 00 02, non-zero octets, 00, then exactly `keyLength` octets, else
 * the substitute. The key's length is known from the content-encryption algorithm, so where the
 * zero octet must stand is known too.
 */
function unpadPkcs1(block: Uint8Array, keyLength: number, substitute: Uint8Array): Uint8Array {
  const separator = block.length - keyLength - 1;
  let wrong = (block[0] as number) | ((block[1] as number) ^ 2) | (block[separator] as number);
  for (let i = 2; i < separator; i += 1) wrong |= (((block[i] as number) - 1) >>> 8) & 1;
  const keep = (wrong - 1) >> 31;
  const key = Buffer.alloc(keyLength);
  for (let i = 0; i < keyLength; i += 1) {
    const real = block[separator + 1 + i] as number;
    key[i] = (real & keep) | ((substitute[i] as number) & ~keep);
  }
  block.fill(0);
  return key;
}

function decryptOaep(
  privateKey: KeyObject,
  algorithm: AlgorithmIdentifier,
  encryptedKey: Uint8Array,
  keyLength: number,
): Uint8Array | undefined {
  const { hash, label } = oaepParameters(algorithm);
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const key = privateDecrypt(
      { key: privateKey, padding, oaepHash: hash, oaepLabel: label },
      encryptedKey,
    );
    return key.length === keyLength ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Deterministic, so that the same tampered message always fails the same way; known to nobody without the key. */
function rejectionSecretOf(privateKey: KeyObject): Uint8Array {
  const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'der' });
  return createHash('sha256').update('scep-connector implicit rejection').update(pkcs1).digest();
}
