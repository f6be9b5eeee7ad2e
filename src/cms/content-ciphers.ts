import { createCipheriv, createDecipheriv } from 'node:crypto';
import { OID } from '../asn1/object-identifiers.ts';

export type CipherName = 'des' | '3des' | 'aes128' | 'aes192' | 'aes256';

/** A content-encryption algorithm of EnvelopedData: a block cipher in CBC mode with PKCS #7 padding. */
export interface ContentCipher {
  readonly name: CipherName;
  readonly oid: string;
  /** Octets. */
  readonly keyLength: number;
  /** Octets of the block and so of the initialisation vector. */
  readonly blockLength: number;
  readonly openssl: string;
  /** OpenSSL 3 keeps single DES in its legacy provider; triple DES with one key three times over is the same function. */
  readonly keyRepeats: number;
}

const CIPHERS: readonly ContentCipher[] = [
  cipher('aes128', OID.aes128Cbc, 16, 16, 'aes-128-cbc'),
  cipher('aes192', OID.aes192Cbc, 24, 16, 'aes-192-cbc'),
  cipher('aes256', OID.aes256Cbc, 32, 16, 'aes-256-cbc'),
  cipher('3des', OID.desEde3Cbc, 24, 8, 'des-ede3-cbc'),
  cipher('des', OID.desCbc, 8, 8, 'des-ede3-cbc', 3),
];

function cipher(
  name: CipherName,
  oid: string,
  keyLength: number,
  blockLength: number,
  openssl: string,
  keyRepeats = 1,
): ContentCipher {
  return { name, oid, keyLength, blockLength, openssl, keyRepeats };
}

export function findCipherByOid(oid: string): ContentCipher | undefined {
  return CIPHERS.find((candidate) => candidate.oid === oid);
}

export function contentCipher(name: CipherName): ContentCipher {
  return CIPHERS.find((candidate) => candidate.name === name) as ContentCipher;
}

export function encryptContent(
  { openssl, keyRepeats }: ContentCipher,
  key: Uint8Array,
  iv: Uint8Array,
  content: Uint8Array,
): Uint8Array {
  const encrypt = createCipheriv(openssl, repeat(key, keyRepeats), iv);
  return Buffer.concat([encrypt.update(content), encrypt.final()]);
}

/** The content, or undefined when its padding does not come out right: a wrong key or a changed ciphertext. */
export function decryptContent(
  { openssl, keyRepeats }: ContentCipher,
  key: Uint8Array,
  iv: Uint8Array,
  encrypted: Uint8Array,
): Uint8Array | undefined {
  const decrypt = createDecipheriv(openssl, repeat(key, keyRepeats), iv);
  try {
    return Buffer.concat([decrypt.update(encrypted), decrypt.final()]);
  } catch {
    return undefined;
  }
}

function repeat(key: Uint8Array, times: number): Uint8Array {
  return Buffer.concat(Array.from({ length: times }, () => key));
}
