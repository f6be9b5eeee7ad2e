import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { contentCipher } from '../../../src/cms/content-ciphers.ts';
import { unwrapContentKey, wrapContentKey } from '../../../src/cms/wrap-content-key.ts';

const CIPHERS = ['aes128', 'aes192', 'aes256', '3des'] as const;
const KEY_LENGTHS = [8, 16, 24, 32];

describe.each(CIPHERS)('%s', (name) => {
  const cipher = contentCipher(name);
  const key = randomBytes(cipher.keyLength);
  const iv = randomBytes(cipher.blockLength);

  it.each(KEY_LENGTHS)('gives back a key of %i octets', (length) => {
    const contentKey = randomBytes(length);
    const wrapped = wrapContentKey(contentKey, cipher, key, iv, randomBytes);
    expect(wrapped.length % cipher.blockLength).toBe(0);
    expect(wrapped.length).toBeGreaterThanOrEqual(2 * cipher.blockLength);
    const unwrapped = unwrapContentKey(wrapped, cipher, key, iv, length);
    expect(unwrapped).toEqual({ contentKey, intact: true });
  });

  it('any change of any octet changes the key or the check, and never the length', () => {
    const contentKey = randomBytes(16);
    const wrapped = wrapContentKey(contentKey, cipher, key, iv, randomBytes);
    for (let at = 0; at < wrapped.length; at += 1) {
      const changed = Buffer.from(wrapped);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      const unwrapped = unwrapContentKey(changed, cipher, key, iv, 16);
      expect(unwrapped?.contentKey).toHaveLength(16);
      expect(unwrapped?.intact && contentKey.equals(unwrapped.contentKey)).toBe(false);
    }
  });

  it('another key or initialisation vector gives a key that is not intact', () => {
    const wrapped = wrapContentKey(randomBytes(16), cipher, key, iv, randomBytes);
    const otherKey = randomBytes(cipher.keyLength);
    const otherIv = randomBytes(cipher.blockLength);
    expect(unwrapContentKey(wrapped, cipher, otherKey, iv, 16)?.intact).toBe(false);
    expect(unwrapContentKey(wrapped, cipher, key, otherIv, 16)?.intact).toBe(false);
  });

  it('a key of another length than the content cipher has is not intact', () => {
    const wrapped = wrapContentKey(randomBytes(16), cipher, key, iv, randomBytes);
    expect(unwrapContentKey(wrapped, cipher, key, iv, 8)?.intact).toBe(false);
  });

  it('nothing comes of a length that cannot be', () => {
    const { blockLength } = cipher;
    for (const length of [0, 1, blockLength, 2 * blockLength - 1, 2 * blockLength + 1]) {
      expect(unwrapContentKey(randomBytes(length), cipher, key, iv, 8)).toBeUndefined();
    }
    expect(unwrapContentKey(randomBytes(2 * blockLength), cipher, key, iv, 32)).toBeUndefined();
  });
});

it('the vector of RFC 3211 section 3.2: a key of 32 octets under triple DES', () => {
  const hex = (text: string) => Buffer.from(text, 'hex');
  const key = hex('6a8970bf68c92caea84a8df28510858607126380cc47ab2d');
  const wrapped = hex(
    'c03c514abdb9e2c5aac038572b5e24553876b377aafb82ec' + 'a5a9d73f8ab143d9ec74e6cad7db260c',
  );
  const iv = hex('baf1ca7931213c4e');
  expect(unwrapContentKey(wrapped, contentCipher('3des'), key, iv, 32)).toEqual({
    contentKey: hex('8c637d887223a2f965b566eb014b0fa5d52300a3f7ea40fffc577203c71baf3b'),
    intact: true,
  });
});
