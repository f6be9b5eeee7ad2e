import { createHash } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';

/** The digests that MACs and the encryption of PKCS #12 use, with their block sizes in octets. */
const BLOCK_OCTETS = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 } as const;

export type Pkcs12Digest = keyof typeof BLOCK_OCTETS;

/** The diversifier ID (RFC 7292 appendix B.3): what the derived octets are for. */
export const PKCS12_PURPOSE = { key: 1, initialisationVector: 2, mac: 3 } as const;

/** What the file contains besides the passphrase's MAC or ciphertext. */
export interface Pkcs12Salting {
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/**
 * OpenSSL writes 2048; Java 10 000, and 100 000 in some versions. A million take seconds, on the
 * calling thread and before the MAC is known.
 */
const MAX_ITERATIONS = 1_000_000;
const MAX_SALT_OCTETS = 128;

/** @throws DecodeError when deriving the key would take too long */
export function checkSalting({ salt, iterations }: Pkcs12Salting): void {
  if (iterations < 1 || iterations > MAX_ITERATIONS) {
    throw new DecodeError(`its passphrase is iterated ${iterations} times, not 1 to 1000000`);
  }
  if (salt.length < 1 || salt.length > MAX_SALT_OCTETS) {
    throw new DecodeError('the salt of its passphrase is not of 1 to 128 octets');
  }
}

/**
 * The possible encodings of a passphrase in this derivation: UTF-16, big-endian, with two zero
 * octets at the end (RFC 7292 appendix B.1). Some programs omit the zero octets of an empty
 * passphrase.
 */
export function passphraseEncodings(passphrase: string): readonly Uint8Array[] {
  const terminated = Buffer.from(`${passphrase}\0`, 'utf16le').swap16();
  return passphrase === '' ? [terminated, new Uint8Array()] : [terminated];
}

/** The key to derive. */
export interface Pkcs12Derivation {
  readonly digest: Pkcs12Digest;
  /** A value of PKCS12_PURPOSE. */
  readonly purpose: number;
  /** Octets. */
  readonly length: number;
}

/** The key derivation of PKCS #12 (RFC 7292 appendix B.2). */
export function derivePkcs12Key(
  passphrase: Uint8Array,
  { salt, iterations }: Pkcs12Salting,
  { digest, purpose, length }: Pkcs12Derivation,
): Uint8Array {
  const block = BLOCK_OCTETS[digest];
  const diversifier = Buffer.alloc(block, purpose);
  const input = Buffer.concat([repeated(salt, block), repeated(passphrase, block)]);
  const parts: Uint8Array[] = [];
  for (let made = 0; made < length; made += parts.at(-1)?.length ?? length) {
    let part = createHash(digest).update(diversifier).update(input).digest();
    for (let i = 1; i < iterations; i += 1) part = createHash(digest).update(part).digest();
    parts.push(part);
    const addend = Buffer.alloc(block, part);
    for (let at = 0; at < input.length; at += block) {
      addOneMore(input.subarray(at, at + block), addend);
    }
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** Copies of `octets` that fill whole blocks, as few as hold all of them. */
function repeated(octets: Uint8Array, block: number): Uint8Array {
  const length = Math.ceil(octets.length / block) * block;
  return length === 0 ? octets : Buffer.alloc(length, octets);
}

/** Adds `addend` + 1 to the big-endian number of equal length, in place, and drops the overflow. */
function addOneMore(number: Uint8Array, addend: Uint8Array): void {
  let carry = 1;
  for (let i = number.length - 1; i >= 0; i -= 1) {
    carry += (number[i] ?? 0) + (addend[i] ?? 0);
    number[i] = carry & 0xff;
    carry >>= 8;
  }
}
