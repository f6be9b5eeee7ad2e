import { createHash } from 'node:crypto';
import type { OaepParameters } from './oaep-parameters.ts';

/**
 * Extracts a content-encryption key of `keyLength` octets from a decrypted RSA block, or returns
 * `substitute` when its padding is wrong. Does not branch on secret octets, and wipes the block.
 * The content-encryption algorithm determines the key's length, so the position of every padding
 * octet is known.
 */
export type Unpad = (block: Uint8Array, keyLength: number, substitute: Uint8Array) => Uint8Array;

/** RFC 8017 section 7.2.2: 00 02, non-zero octets, 00, the key. */
export const unpadPkcs1: Unpad = (block, keyLength, substitute) => {
  const separator = block.length - keyLength - 1;
  let wrong = (block[0] as number) | ((block[1] as number) ^ 2) | (block[separator] as number);
  for (let i = 2; i < separator; i += 1) wrong |= (((block[i] as number) - 1) >>> 8) & 1;
  return keyUnlessWrong(wrong, block, keyLength, substitute);
};

/**
 * RFC 8017 section 7.1.2 step 3: 00, masked seed, masked digest of the label, zeros, 01, the key.
 * node:crypto cannot do it, because it uses one digest for label and MGF1.
 */
export function unpadOaep({ hash, maskHash, label }: OaepParameters): Unpad {
  const labelDigest = createHash(hash).update(label).digest();
  return (block, keyLength, substitute) => {
    const dataStart = 1 + labelDigest.length;
    const separator = block.length - dataStart - keyLength - 1;
    if (separator < labelDigest.length) return substitute;
    const seed = block.subarray(1, dataStart);
    const data = block.subarray(dataStart);
    xorMask(seed, data, maskHash);
    xorMask(data, seed, maskHash);
    let wrong = (block[0] as number) | ((data[separator] as number) ^ 1);
    for (let i = 0; i < separator; i += 1) wrong |= (data[i] as number) ^ (labelDigest[i] ?? 0);
    return keyUnlessWrong(wrong, block, keyLength, substitute);
  };
}

/** XORs `target` with MGF1 of `seed` (RFC 8017 appendix B.2.1), in place. */
function xorMask(target: Uint8Array, seed: Uint8Array, hash: string): void {
  const counter = Buffer.alloc(4);
  let mask = Buffer.alloc(0);
  for (let i = 0; mask.length < target.length; i += 1) {
    counter.writeUInt32BE(i);
    mask = Buffer.concat([mask, createHash(hash).update(seed).update(counter).digest()]);
  }
  for (let i = 0; i < target.length; i += 1)
    target[i] = (target[i] as number) ^ (mask[i] as number);
}

/**
 * The last octets of `block` if `wrong` is 0, the substitute if it is 1 to 255, selected by a mask.
 */
function keyUnlessWrong(
  wrong: number,
  block: Uint8Array,
  keyLength: number,
  substitute: Uint8Array,
): Uint8Array {
  const keep = (wrong - 1) >> 31;
  const key = Buffer.alloc(keyLength);
  for (let i = 0; i < keyLength; i += 1) {
    const real = block[block.length - keyLength + i] as number;
    key[i] = (real & keep) | ((substitute[i] as number) & ~keep);
  }
  block.fill(0);
  return key;
}
