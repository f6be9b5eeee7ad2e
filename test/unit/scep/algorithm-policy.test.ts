import { expect, it } from 'vitest';
import {
  acceptsCipher,
  acceptsDigest,
  MODERN_ALGORITHMS,
} from '../../../src/scep/algorithm-policy.ts';

const EVERYTHING = {
  allowSingleDes: true,
  allowSha1: true,
  allowMd5: true,
  allowRsa1024: true,
};

it.each(['sha256', 'sha384', 'sha512'] as const)('%s is always accepted', (digest) => {
  expect(acceptsDigest(MODERN_ALGORITHMS, digest)).toBe(true);
});

it.each([
  ['sha1', 'allowSha1'],
  ['md5', 'allowMd5'],
] as const)('%s is accepted only with %s', (digest, option) => {
  expect(acceptsDigest(MODERN_ALGORITHMS, digest)).toBe(false);
  expect(acceptsDigest({ ...MODERN_ALGORITHMS, [option]: true }, digest)).toBe(true);
  expect(acceptsDigest({ ...EVERYTHING, [option]: false }, digest)).toBe(false);
});

it.each(['aes128', 'aes192', 'aes256', '3des'] as const)('%s is always accepted', (cipher) => {
  expect(acceptsCipher(MODERN_ALGORITHMS, cipher)).toBe(true);
});

it('des is accepted only with allowSingleDes', () => {
  expect(acceptsCipher(MODERN_ALGORITHMS, 'des')).toBe(false);
  expect(acceptsCipher({ ...MODERN_ALGORITHMS, allowSingleDes: true }, 'des')).toBe(true);
  expect(acceptsCipher({ ...EVERYTHING, allowSingleDes: false }, 'des')).toBe(false);
});
