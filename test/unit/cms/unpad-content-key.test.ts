import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Unpad, unpadOaep, unpadPkcs1 } from '../../../src/cms/unpad-content-key.ts';

const KEY = Buffer.alloc(16, 0x11);
const SUBSTITUTE = Buffer.alloc(16, 0x22);
const BLOCK_LENGTH = 256;
const HASHES = ['sha1', 'sha256'] as const;

const pkcs1Block = () =>
  Buffer.concat([Buffer.of(0, 2), Buffer.alloc(BLOCK_LENGTH - 19, 0xff), Buffer.of(0), KEY]);

/** An independent MGF1 after RFC 8017 appendix B.2.1. */
function mgf1(seed: Uint8Array, length: number, hash: string): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 20) }, (_, i) =>
    createHash(hash)
      .update(seed)
      .update(Buffer.of(0, 0, 0, i))
      .digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

const xor = (a: Uint8Array, b: Uint8Array) => Buffer.from(a.map((octet, i) => octet ^ (b[i] ?? 0)));

/** EME-OAEP encoding (RFC 8017 section 7.1.1); `edit` may change the data before it is masked. */
function oaepBlock(hash: string, maskHash: string, edit?: (data: Buffer) => void): Buffer {
  const labelDigest = createHash(hash).digest();
  const zeros = Buffer.alloc(BLOCK_LENGTH - 2 * labelDigest.length - 2 - KEY.length);
  const data = Buffer.concat([labelDigest, zeros, Buffer.of(1), KEY]);
  edit?.(data);
  const seed = Buffer.alloc(labelDigest.length, 0x5e);
  const maskedData = xor(data, mgf1(seed, data.length, maskHash));
  const maskedSeed = xor(seed, mgf1(maskedData, seed.length, maskHash));
  return Buffer.concat([Buffer.of(0), maskedSeed, maskedData]);
}

function unpadded(unpad: Unpad, block: Uint8Array): Uint8Array {
  return unpad(block, KEY.length, SUBSTITUTE);
}

describe('unpadPkcs1', () => {
  it('returns the key and wipes the block', () => {
    const block = pkcs1Block();
    expect(unpadded(unpadPkcs1, block)).toEqual(KEY);
    expect(block).toEqual(Buffer.alloc(BLOCK_LENGTH));
  });

  it('returns the substitute for a zero in any octet of the padding', () => {
    for (let at = 2; at < BLOCK_LENGTH - 17; at += 1) {
      expect(unpadded(unpadPkcs1, pkcs1Block().fill(0, at, at + 1))).toEqual(SUBSTITUTE);
    }
  });

  it.each([0, 1, BLOCK_LENGTH - 17])('returns the substitute for every wrong octet %i', (at) => {
    const right = pkcs1Block()[at];
    for (let octet = 0; octet < 256; octet += 1) {
      const outcome = unpadded(unpadPkcs1, pkcs1Block().fill(octet, at, at + 1));
      expect(outcome).toEqual(octet === right ? KEY : SUBSTITUTE);
    }
  });

  it('accepts any padding without a zero', () => {
    for (let octet = 1; octet < 256; octet += 1) {
      expect(unpadded(unpadPkcs1, pkcs1Block().fill(octet, 2, BLOCK_LENGTH - 17))).toEqual(KEY);
    }
  });
});

describe.each(HASHES)('unpadOaep with %s', (hash) => {
  describe.each(HASHES)('and MGF1 with %s', (maskHash) => {
    const unpad = unpadOaep({ hash, maskHash, label: new Uint8Array() });
    const length = BLOCK_LENGTH - 1 - createHash(hash).digest().length;

    it('returns the key and wipes the block', () => {
      const block = oaepBlock(hash, maskHash);
      expect(unpadded(unpad, block)).toEqual(KEY);
      expect(block).toEqual(Buffer.alloc(BLOCK_LENGTH));
    });

    it('returns the substitute for a change in any octet before the key', () => {
      for (let at = 0; at < length - KEY.length; at += 1) {
        const block = oaepBlock(hash, maskHash, (data) =>
          data.fill((data[at] ?? 0) ^ 0x80, at, at + 1),
        );
        expect(unpadded(unpad, block)).toEqual(SUBSTITUTE);
      }
    });

    it('returns the substitute for a first octet that is not zero', () => {
      expect(unpadded(unpad, oaepBlock(hash, maskHash).fill(1, 0, 1))).toEqual(SUBSTITUTE);
    });

    it('returns the substitute when the block is too short for the digest', () => {
      expect(unpadded(unpad, Buffer.alloc(50))).toEqual(SUBSTITUTE);
    });
  });
});
