import { createSecretKey } from 'node:crypto';
import { expect, it } from 'vitest';
import { createSigningKeyCache } from '../../../../src/aws-wire/sigv4/signing-key-cache.ts';
import { testCredential } from '../../../support/clients/sign-request.ts';

const scope = {
  date: '20150830',
  region: 'us-east-1',
  service: 'iam',
  terminator: 'aws4_request',
};
const credential = testCredential({
  secretAccessKey: createSecretKey('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', 'utf8'),
});

it("derives the key of the example in AWS's documentation", () => {
  const key = createSigningKeyCache()(credential, scope);
  expect(Buffer.from(key).toString('hex')).toBe(
    'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
  );
});

it('derives a key once', () => {
  const signingKeyOf = createSigningKeyCache();
  const key = signingKeyOf(credential, scope);
  expect(signingKeyOf(credential, { ...scope })).toBe(key);
  expect(signingKeyOf(credential, { ...scope, region: 'us-west-2' })).not.toEqual(key);
});

it('derives other keys for another secret of the same access key', () => {
  const signingKeyOf = createSigningKeyCache();
  const { accessKeyId } = credential;
  const key = signingKeyOf(credential, scope);
  expect(signingKeyOf(testCredential({ accessKeyId }), scope)).not.toEqual(key);
});

it('keeps the keys of the newest scopes', () => {
  const signingKeyOf = createSigningKeyCache();
  const oldest = signingKeyOf(credential, scope);
  const regions = Array.from({ length: 64 }, (_, i) => ({ ...scope, region: `a-b-${i + 1}` }));
  const keys = regions.map((other) => signingKeyOf(credential, other));
  expect(regions.map((other) => signingKeyOf(credential, other))).toEqual(keys);
  expect(signingKeyOf(credential, regions[63] ?? scope)).toBe(keys[63]);
  const again = signingKeyOf(credential, scope);
  expect(again).not.toBe(oldest);
  expect(again).toEqual(oldest);
});
