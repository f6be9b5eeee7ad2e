import { createHash } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';

/** The digests of MACs and of the encryption of PKCS #12, with the octets of their blocks. */
const BLOCK_OCTETS = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 } as const;

export type Pkcs12Digest = keyof typeof BLOCK_OCTETS;

/** What the octets are for: the diversifier ID (RFC 7292 appendix B.3). */
export const PKCS12_PURPOSE = { key: 1, initialisationVector: 2, mac: 3 } as const;

/** What stands beside the passphrase in the file. */
export interface Pkcs12Salting {
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** OpenSSL writes 2048, Java 10 000 and once 100 000. A million take seconds, on the calling thread and before the MAC is known. */
const MAX_ITERATIONS = 1_000_000;
const MAX_SALT_OCTETS = 128;

/** @throws DecodeError when the key would take too long to derive */
export function checkSalting({ salt, iterations }: Pkcs12Salting): void {
  if (iterations < 1 || iterations > MAX_ITERATIONS) {
    throw new DecodeError(`its passphrase is iterated ${iterations} times, not 1 to 1000000`);
  }
  if (salt.length < 1 || salt.length > MAX_SALT_OCTETS) {
    throw new DecodeError('the salt of its passphrase is not of 1 to 128 octets');
  }
}

/**
 * The octets that may stand for a passphrase in this derivation: UTF-16, big-endian, with two zero octets at the end (RFC 7292
 * appendix B.1). Of the empty one some programs leave the zero octets out.
 */
export function passphraseEncodings(passphrase: string): readonly Uint8Array[] {
  const terminated = Buffer.from(`${passphrase}\0`, 'utf16le').swap16();
  return passphrase === '' ? [terminated, new Uint8Array()] : [terminated];
}

/** What a passphrase is derived to. */
export interface Pkcs12Derivation {
  readonly digest: Pkcs12Digest;
  /** Of PKCS12_PURPOSE. */
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

/** Copies of `octets` up to whole blocks, as few as hold all of them. */
function repeated(octets: Uint8Array, block: number): Uint8Array {
  const length = Math.ceil(octets.length / block) * block;
  return length === 0 ? octets : Buffer.alloc(length, octets);
}

/** Adds `addend` and 1 to the big-endian number of equal length, in place; what overflows is dropped. */
function addOneMore(number: Uint8Array, addend: Uint8Array): void {
  let carry = 1;
  for (let i = number.length - 1; i >= 0; i -= 1) {
    carry += (number[i] ?? 0) + (addend[i] ?? 0);
    number[i] = carry & 0xff;
    carry >>= 8;
  }
}
