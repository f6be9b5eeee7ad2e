import { type ContentCipher, decryptBlocks, encryptBlocks } from './content-ciphers.ts';

/** The cipher and key that encrypt a content key. */
export interface KeyWrapping {
  readonly cipher: ContentCipher;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** A decrypted content key. */
export interface UnwrappedContentKey {
  /** Always of the requested length: a wrong password yields a wrong key. */
  readonly contentKey: Uint8Array;
  /** Whether the check value is right, which happens with a wrong password once in 2^32. */
  readonly intact: boolean;
}

/** The length of the key and the complement of its first three octets precede it. */
const HEADER_OCTETS = 4;

/**
 * Encrypts a content key twice in CBC mode, so that each octet depends on all others (RFC 3211
 * section 2.3.1).
 */
export function wrapContentKey(
  contentKey: Uint8Array,
  { cipher, key, iv }: KeyWrapping,
  randomBytes: (length: number) => Uint8Array,
): Uint8Array {
  const check = contentKey.subarray(0, HEADER_OCTETS - 1).map((octet) => ~octet);
  const blocks = Math.max(2, Math.ceil((HEADER_OCTETS + contentKey.length) / cipher.blockLength));
  const padding = randomBytes(blocks * cipher.blockLength - HEADER_OCTETS - contentKey.length);
  const block = Buffer.concat([Buffer.of(contentKey.length), check, contentKey, padding]);
  const once = encryptBlocks(cipher, key, iv, block);
  return encryptBlocks(cipher, key, once.subarray(-cipher.blockLength), once);
}

/**
 * Reverses `wrapContentKey` (RFC 3211 section 2.3.2) without branching on secret octets. Undefined
 * only for what is visible without the key: a length that cannot contain a key of `keyLength`
 * octets.
 */
export function unwrapContentKey(
  encryptedKey: Uint8Array,
  { cipher, key, iv }: KeyWrapping,
  keyLength: number,
): UnwrappedContentKey | undefined {
  const { blockLength } = cipher;
  const { length } = encryptedKey;
  const isWhole = length % blockLength === 0 && length >= 2 * blockLength;
  if (!isWhole || length < HEADER_OCTETS + keyLength) return undefined;
  const last = encryptedKey.subarray(-blockLength);
  const lastButOne = encryptedKey.subarray(-2 * blockLength, -blockLength);
  const lastOnce = decryptBlocks(cipher, key, lastButOne, last);
  const others = decryptBlocks(cipher, key, lastOnce, encryptedKey.subarray(0, -blockLength));
  const block = decryptBlocks(cipher, key, iv, Buffer.concat([others, lastOnce]));
  const contentKey = block.subarray(HEADER_OCTETS, HEADER_OCTETS + keyLength);
  let wrong = (block[0] as number) ^ keyLength;
  for (let i = 1; i < HEADER_OCTETS; i += 1) {
    wrong |= (block[i] as number) ^ (contentKey[i - 1] as number) ^ 0xff;
  }
  return { contentKey, intact: wrong === 0 };
}
