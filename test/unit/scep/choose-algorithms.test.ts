import { expect, it } from 'vitest';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import { caCapabilities } from '../../../src/scep/ca-capabilities.ts';
import { chooseAlgorithms } from '../../../src/scep/choose-algorithms.ts';

const MODERN = { digest: 'sha256', cipher: 'aes128', post: true };

it('chooses SHA-256, AES and POST from what this server offers', () => {
  expect(chooseAlgorithms(caCapabilities(MODERN_ALGORITHMS))).toEqual(MODERN);
});

it.each([
  ['SCEPStandard alone', 'SCEPStandard', MODERN],
  ['CRLF', 'AES\r\nSHA-256\r\nPOSTPKIOperation\r\n', MODERN],
  ['another case, spaces and unknown keywords', ' aes \nSha-256\nFoo\npostPKIOperation', MODERN],
  ['SHA-512 without SHA-256', 'AES\nSHA-512', { digest: 'sha512', cipher: 'aes128', post: false }],
  ['an old server', 'DES3\nSHA-1', { digest: 'sha1', cipher: '3des', post: false }],
  ['nothing', '', { digest: 'sha1', cipher: '3des', post: false }],
  ['keywords within words', 'SHA-2567\nAESX', { digest: 'sha1', cipher: '3des', post: false }],
])('reads %s', (_case, capabilities, chosen) => {
  expect(chooseAlgorithms(capabilities)).toEqual(chosen);
});
