import { describe, expect, it } from 'vitest';
import { contentCipher } from '../../../src/cms/content-ciphers.ts';
import { unwrapContentKey, wrapContentKey } from '../../../src/cms/wrap-content-key.ts';

const CIPHERS = ['aes128', 'aes192', 'aes256', '3des'] as const;
const KEY_LENGTHS = [8, 16, 24, 32];

/** Fixed, because one random wrong key in 2^32 satisfies the check value. */
const octets = (length: number) => Buffer.from(Array.from({ length }, (_, i) => 37 * i + 11));

describe.each(CIPHERS)('%s', (name) => {
  const cipher = contentCipher(name);
  const wrapping = {
    cipher,
    key: Buffer.alloc(cipher.keyLength, 'a key of some length, none of it weak'),
    iv: Buffer.alloc(cipher.blockLength, 7),
  };

  it.each(KEY_LENGTHS)('wraps and unwraps a key of %i octets', (length) => {
    const contentKey = octets(length);
    const wrapped = wrapContentKey(contentKey, wrapping, octets);
    expect(wrapped.length % cipher.blockLength).toBe(0);
    expect(wrapped.length).toBeGreaterThanOrEqual(2 * cipher.blockLength);
    const unwrapped = unwrapContentKey(wrapped, wrapping, length);
    expect(unwrapped).toEqual({ contentKey, intact: true });
  });

  it('changes the key or the check, never the length, when any octet changes', () => {
    const contentKey = octets(16);
    const wrapped = wrapContentKey(contentKey, wrapping, octets);
    for (let at = 0; at < wrapped.length; at += 1) {
      const changed = Buffer.from(wrapped);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      const unwrapped = unwrapContentKey(changed, wrapping, 16);
      expect(unwrapped?.contentKey).toHaveLength(16);
      expect(unwrapped?.intact && contentKey.equals(unwrapped.contentKey)).toBe(false);
    }
  });

  it('returns a key that is not intact for another key or initialisation vector', () => {
    const wrapped = wrapContentKey(octets(16), wrapping, octets);
    const otherKey = Buffer.alloc(cipher.keyLength, 'another key of as many octets as that');
    const otherIv = Buffer.alloc(cipher.blockLength, 8);
    expect(unwrapContentKey(wrapped, { ...wrapping, key: otherKey }, 16)?.intact).toBe(false);
    expect(unwrapContentKey(wrapped, { ...wrapping, iv: otherIv }, 16)?.intact).toBe(false);
  });

  it('returns a key that is not intact for another length than that of the content cipher', () => {
    const wrapped = wrapContentKey(octets(16), wrapping, octets);
    expect(unwrapContentKey(wrapped, wrapping, 8)?.intact).toBe(false);
  });

  it('returns undefined for an impossible length', () => {
    const { blockLength } = cipher;
    for (const length of [0, 1, blockLength, 2 * blockLength - 1, 2 * blockLength + 1]) {
      expect(unwrapContentKey(octets(length), wrapping, 8)).toBeUndefined();
    }
    expect(unwrapContentKey(octets(2 * blockLength), wrapping, 32)).toBeUndefined();
  });
});

it('unwraps the vector of RFC 3211 section 3.2: a key of 32 octets with triple DES', () => {
  const hex = (text: string) => Buffer.from(text, 'hex');
  const key = hex('6a8970bf68c92caea84a8df28510858607126380cc47ab2d');
  const wrapped = hex(
    'c03c514abdb9e2c5aac038572b5e24553876b377aafb82ec' + 'a5a9d73f8ab143d9ec74e6cad7db260c',
  );
  const iv = hex('baf1ca7931213c4e');
  expect(unwrapContentKey(wrapped, { cipher: contentCipher('3des'), key, iv }, 32)).toEqual({
    contentKey: hex('8c637d887223a2f965b566eb014b0fa5d52300a3f7ea40fffc577203c71baf3b'),
    intact: true,
  });
});
