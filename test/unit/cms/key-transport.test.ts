import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derNull } from '../../../src/asn1/write-der.ts';
import { createKeyTransport } from '../../../src/cms/key-transport.ts';
import type { AlgorithmIdentifier } from '../../../src/x509/algorithm-identifier.ts';
import { UnsupportedAlgorithmError } from '../../../src/x509/unsupported-algorithm-error.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const ra = goldenIdentity('ra');
const keyTransport = createKeyTransport(ra.privateKey);
const K = 256;
const PKCS1: AlgorithmIdentifier = { oid: OID.rsaEncryption, parameters: derNull() };
const OAEP: AlgorithmIdentifier = { oid: OID.rsaesOaep, parameters: undefined };

function encryptBlock(block: Uint8Array): Uint8Array {
  return publicEncrypt({ key: ra.publicKey, padding: constants.RSA_NO_PADDING }, block);
}

/** 00 02, padding of 0xaa, 00, the key: the encoding of RFC 8017 section 7.2.1. */
function pkcs1Block(key: Uint8Array): Buffer {
  const padding = Buffer.alloc(K - 3 - key.length, 0xaa);
  return Buffer.concat([Buffer.of(0, 2), padding, Buffer.of(0), key]);
}

const edited = (block: Buffer, edit: (block: Buffer) => void) => {
  edit(block);
  return block;
};

describe.each([8, 16, 24, 32])('a content key of %i octets', (keyLength) => {
  const key = Buffer.alloc(keyLength, 0x11);
  const separator = K - keyLength - 1;

  it('is recovered from what OpenSSL padded', () => {
    const options = { key: ra.publicKey, padding: constants.RSA_PKCS1_PADDING };
    for (let i = 0; i < 20; i += 1) {
      const random = randomBytes(keyLength);
      expect(keyTransport(PKCS1, publicEncrypt(options, random), keyLength)).toEqual(random);
    }
  });

  it('is recovered from a block of our own', () => {
    expect(keyTransport(PKCS1, encryptBlock(pkcs1Block(key)), keyLength)).toEqual(key);
  });

  const block = () => pkcs1Block(key);
  it.each([
    ['a first octet of 1', edited(block(), (b) => b.fill(1, 0, 1))],
    ['block type 1', edited(block(), (b) => b.fill(1, 1, 2))],
    ['block type 0', edited(block(), (b) => b.fill(0, 1, 2))],
    ['no separator', edited(block(), (b) => b.fill(0xaa, separator, separator + 1))],
    ['a zero in the first octet of the padding', edited(block(), (b) => b.fill(0, 2, 3))],
    ['a zero in the eighth octet of the padding', edited(block(), (b) => b.fill(0, 9, 10))],
    ['a zero late in the padding', edited(block(), (b) => b.fill(0, separator - 1, separator))],
    ['a key one octet shorter', pkcs1Block(key.subarray(1))],
    ['a key one octet longer', pkcs1Block(Buffer.concat([key, Buffer.of(0x11)]))],
    ['nothing but zeros', Buffer.alloc(K)],
  ])('is replaced when the block has %s', (_, bad) => {
    const encrypted = encryptBlock(bad);
    const substitute = keyTransport(PKCS1, encrypted, keyLength);
    expect(substitute).toHaveLength(keyLength);
    expect(substitute).not.toEqual(key);
    expect(substitute).not.toEqual(Buffer.alloc(keyLength));
    expect(keyTransport(PKCS1, encrypted, keyLength)).toEqual(substitute);
  });
});

describe('implicit rejection', () => {
  const bad = encryptBlock(Buffer.alloc(K, 1));
  const worse = encryptBlock(edited(Buffer.alloc(K, 1), (b) => b.fill(0, 0, 1)));

  it('depends on the ciphertext', () => {
    expect(keyTransport(PKCS1, bad, 16)).not.toEqual(keyTransport(PKCS1, worse, 16));
  });

  it('depends only on the key, so that another replica rejects in the same way', () => {
    const foreign = createKeyTransport(goldenIdentity('foreign-ra').privateKey);
    expect(createKeyTransport(ra.privateKey)(PKCS1, bad, 16)).toEqual(keyTransport(PKCS1, bad, 16));
    expect(foreign(PKCS1, bad, 16)).not.toEqual(keyTransport(PKCS1, bad, 16));
  });

  const { n = '' } = ra.publicKey.export({ format: 'jwk' });
  it.each([
    ['an empty ciphertext', new Uint8Array()],
    ['one octet less', Buffer.alloc(K - 1, 0x55)],
    ['one octet more', Buffer.concat([Buffer.of(0), bad])],
    ['a number equal to the modulus', Buffer.from(n, 'base64url')],
    ['a number beyond the modulus', Buffer.alloc(K, 0xff)],
    ['zero', Buffer.alloc(K)],
    ['one', edited(Buffer.alloc(K), (b) => b.fill(1, K - 1))],
  ])('treats %s like any other ciphertext', (_, encrypted) => {
    for (const algorithm of [PKCS1, OAEP]) {
      const substitute = keyTransport(algorithm, encrypted, 32);
      expect(substitute).toHaveLength(32);
      expect(substitute).not.toEqual(Buffer.alloc(32));
      expect(keyTransport(algorithm, encrypted, 32)).toEqual(substitute);
    }
  });
});

/**
 * RSAES-OAEP-params with SHA-256 for both digests, as clients write them; see
 * oaep-parameters.test.ts.
 */
const SHA256_TWICE = Buffer.from(
  '302fa00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500',
  'hex',
);

describe('RSAES-OAEP', () => {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const sha256 = { oid: OID.rsaesOaep, parameters: SHA256_TWICE };
  const label = Buffer.from('label');
  const labelled = {
    oid: OID.rsaesOaep,
    parameters: Buffer.from('3016a214301206092a864886f70d01010904056c6162656c', 'hex'),
  };

  it.each([8, 16, 24, 32])('recovers a key of %i octets that OpenSSL padded', (keyLength) => {
    for (let i = 0; i < 10; i += 1) {
      const key = randomBytes(keyLength);
      const bySha1 = publicEncrypt({ key: ra.publicKey, padding, oaepHash: 'sha1' }, key);
      const bySha256 = publicEncrypt({ key: ra.publicKey, padding, oaepHash: 'sha256' }, key);
      const byLabel = publicEncrypt({ key: ra.publicKey, padding, oaepLabel: label }, key);
      expect(keyTransport(OAEP, bySha1, keyLength)).toEqual(key);
      expect(keyTransport(sha256, bySha256, keyLength)).toEqual(key);
      expect(keyTransport(labelled, byLabel, keyLength)).toEqual(key);
    }
  });

  it('replaces the key for another digest, label or length, and after PKCS #1 padding', () => {
    const key = randomBytes(16);
    const encrypted = publicEncrypt({ key: ra.publicKey, padding, oaepHash: 'sha1' }, key);
    const pkcs1 = publicEncrypt({ key: ra.publicKey, padding: constants.RSA_PKCS1_PADDING }, key);
    const wrong = [
      keyTransport(sha256, encrypted, 16),
      keyTransport(labelled, encrypted, 16),
      keyTransport(PKCS1, encrypted, 16),
      keyTransport(OAEP, pkcs1, 16),
    ];
    for (const substitute of wrong) expect(substitute).not.toEqual(key);
    expect(keyTransport(OAEP, encrypted, 24)).not.toEqual(Buffer.concat([Buffer.alloc(8), key]));
    expect(keyTransport(sha256, encrypted, 16)).toEqual(keyTransport(labelled, encrypted, 16));
  });

  it("does not reveal a first octet that is not zero, which Manger's attack needs", () => {
    // Fixed octets: one random block in 166 000 has valid PKCS #1 padding.
    const beyond = encryptBlock(edited(Buffer.alloc(K, 0x55), (b) => b.fill(1, 0, 1)));
    const within = encryptBlock(edited(Buffer.alloc(K, 0x55), (b) => b.fill(0, 0, 1)));
    for (const encrypted of [beyond, within]) {
      expect(keyTransport(OAEP, encrypted, 16)).toEqual(keyTransport(PKCS1, encrypted, 16));
    }
  });
});

it.each([OID.ecPublicKey, OID.rsassaPss, OID.sha256WithRsa, ''])(
  'does not accept %j as key transport',
  (oid) => {
    expect(() => keyTransport({ oid, parameters: undefined }, Buffer.alloc(K), 16)).toThrow(
      UnsupportedAlgorithmError,
    );
  },
);

it('throws a DecodeError for malformed parameters of OAEP before it uses the key', () => {
  const malformed = { oid: OID.rsaesOaep, parameters: Buffer.of(0x30, 5) };
  expect(() => keyTransport(malformed, Buffer.alloc(K), 16)).toThrow(DecodeError);
});
