import { describe, expect, it } from 'vitest';
import {
  contentCipher,
  decryptContent,
  encryptContent,
  findCipherByOid,
} from '../../../src/cms/content-ciphers.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';

const NAMES = ['aes128', 'aes192', 'aes256', '3des', 'des'] as const;
const OPENSSL = {
  aes128: '-aes-128-cbc',
  aes192: '-aes-192-cbc',
  aes256: '-aes-256-cbc',
  '3des': '-des-ede3-cbc',
  des: '-des-cbc',
};
const counting = (length: number) => Buffer.from(Array.from({ length }, (_, i) => i + 1));

describe.each(NAMES)('%s', (name) => {
  const cipher = contentCipher(name);
  const key = counting(cipher.keyLength);
  const iv = counting(cipher.blockLength);
  const plaintext = Buffer.from('Sixteen octets..and more');

  it('is the function that openssl calls by this name', () => {
    const expected = runOpenssl(
      [
        ...['enc', OPENSSL[name], '-provider', 'legacy', '-provider', 'default'],
        ...['-K', key.toString('hex'), '-iv', iv.toString('hex')],
      ],
      plaintext,
    );
    expect(encryptContent(cipher, key, iv, plaintext)).toEqual(expected);
    expect(decryptContent(cipher, key, iv, expected)).toEqual(plaintext);
  });

  it('returns undefined for a ciphertext of wrong or no length, and garbage at most for a wrong key', () => {
    const encrypted = encryptContent(cipher, key, iv, plaintext);
    const wrongKey = Buffer.from(key).fill(0x5a);
    const garbled = decryptContent(cipher, wrongKey, iv, encrypted);
    expect(garbled === undefined || !plaintext.equals(Buffer.from(garbled))).toBe(true);
    expect(decryptContent(cipher, key, iv, encrypted.subarray(1))).toBeUndefined();
    expect(decryptContent(cipher, key, iv, new Uint8Array())).toBeUndefined();
  });

  it('returns undefined for every bad padding', () => {
    const block = Buffer.alloc(cipher.blockLength, 0x41);
    const oneBlockOff = (last: number) => {
      const padded = Buffer.from(block);
      padded[padded.length - 1] = last;
      // Without its last block, the ciphertext decrypts to `padded`, whose own padding is wrong.
      const encrypted = Buffer.from(encryptContent(cipher, key, iv, padded));
      return encrypted.subarray(0, cipher.blockLength);
    };
    for (const last of [0, 2, cipher.blockLength, cipher.blockLength + 1, 0x80, 0xff]) {
      expect(decryptContent(cipher, key, iv, oneBlockOff(last))).toBeUndefined();
    }
    expect(decryptContent(cipher, key, iv, oneBlockOff(1))).toEqual(block.subarray(1));
  });

  it('is found by its object identifier', () => {
    expect(findCipherByOid(cipher.oid)).toBe(cipher);
  });
});

it('finds nothing for other object identifiers', () => {
  for (const oid of ['', '2.16.840.1.101.3.4.1', '2.16.840.1.101.3.4.1.6', '1.2.840.113549.3.2']) {
    expect(findCipherByOid(oid)).toBeUndefined();
  }
});
