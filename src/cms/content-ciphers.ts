import { createCipheriv, createDecipheriv } from 'node:crypto';
import { OID } from '../asn1/object-identifiers.ts';
import { readBer } from '../asn1/read-ber.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm-identifier.ts';

export type CipherName = 'des' | '3des' | 'aes128' | 'aes192' | 'aes256';

/**
 * A content-encryption algorithm of EnvelopedData: a block cipher in CBC mode with PKCS #7 padding.
 */
export interface ContentCipher {
  readonly name: CipherName;
  readonly oid: string;
  /** Octets. */
  readonly keyLength: number;
  /** Octets, also of the initialisation vector. */
  readonly blockLength: number;
  readonly openssl: string;
  /**
   * OpenSSL 3 has single DES only in its legacy provider. Triple DES with the same key three times
   * is the same function.
   */
  readonly keyRepeats: number;
  /** The legacy word with which a connector allows it; without one it is always accepted. */
  readonly legacy?: 'des';
  /** Its keyword in GetCACaps (RFC 8894 section 3.5.2), if it has one. */
  readonly capability?: string;
}

const AES = { blockLength: 16, keyRepeats: 1, capability: 'AES' } as const;

/** All supported ciphers. */
export const CONTENT_CIPHERS: readonly ContentCipher[] = [
  { ...AES, name: 'aes128', oid: OID.aes128Cbc, keyLength: 16, openssl: 'aes-128-cbc' },
  { ...AES, name: 'aes192', oid: OID.aes192Cbc, keyLength: 24, openssl: 'aes-192-cbc' },
  { ...AES, name: 'aes256', oid: OID.aes256Cbc, keyLength: 32, openssl: 'aes-256-cbc' },
  {
    ...{ name: '3des', oid: OID.desEde3Cbc, keyLength: 24, blockLength: 8 },
    ...{ openssl: 'des-ede3-cbc', keyRepeats: 1, capability: 'DES3' },
  },
  {
    ...{ name: 'des', oid: OID.desCbc, keyLength: 8, blockLength: 8 },
    ...{ openssl: 'des-ede3-cbc', keyRepeats: 3, legacy: 'des' },
  },
];

/** Undefined for an unsupported cipher. @param oid dotted */
export function findCipherByOid(oid: string): ContentCipher | undefined {
  return CONTENT_CIPHERS.find((candidate) => candidate.oid === oid);
}

export function contentCipher(name: CipherName): ContentCipher {
  return CONTENT_CIPHERS.find((candidate) => candidate.name === name) as ContentCipher;
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

/**
 * The content, or undefined when its padding is wrong: the key is wrong or the ciphertext was
 * changed.
 */
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

/** Encrypts whole blocks, without padding. */
export function encryptBlocks(
  { openssl }: ContentCipher,
  key: Uint8Array,
  iv: Uint8Array,
  blocks: Uint8Array,
): Uint8Array {
  const encrypt = createCipheriv(openssl, key, iv).setAutoPadding(false);
  return Buffer.concat([encrypt.update(blocks), encrypt.final()]);
}

/** Decrypts whole blocks, without padding. @throws Error when they are not whole */
export function decryptBlocks(
  { openssl }: ContentCipher,
  key: Uint8Array,
  iv: Uint8Array,
  blocks: Uint8Array,
): Uint8Array {
  const decrypt = createDecipheriv(openssl, key, iv).setAutoPadding(false);
  return Buffer.concat([decrypt.update(blocks), decrypt.final()]);
}

/**
 * The initialisation vector in an AlgorithmIdentifier; undefined when there is none of the right
 * length.
 */
export function initialisationVector(
  { parameters }: AlgorithmIdentifier,
  { blockLength }: ContentCipher,
): Uint8Array | undefined {
  const iv = parameters === undefined ? undefined : readBer(parameters).content;
  return iv?.length === blockLength ? iv : undefined;
}

function repeat(key: Uint8Array, times: number): Uint8Array {
  return Buffer.concat(Array.from({ length: times }, () => key));
}
