import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  derBitString,
  derInteger,
  derNull,
  derOid,
  derSequence,
} from '../../../src/asn1/write-der.ts';
import { derAlgorithmIdentifier } from '../../../src/x509/algorithm-identifier.ts';
import {
  describePublicKey,
  importPublicKey,
  privateKeyName,
  weaknessOf,
} from '../../../src/x509/public-key.ts';
import { ecKeyPair, rsaKeyPair } from '../../support/keys/sample-keys.ts';

function rsaSpki(modulus: Uint8Array, exponent: number | Uint8Array): Uint8Array {
  const key = derSequence(derInteger(modulus), derInteger(exponent));
  return derSequence(derAlgorithmIdentifier(OID.rsaEncryption, derNull()), derBitString(key));
}

function modulus(bits: number): Uint8Array {
  const octets = Buffer.alloc(bits / 8, 0xb5);
  return octets;
}

describe('importPublicKey', () => {
  it('imports RSA as the same key that OpenSSL makes of the SPKI', () => {
    const { publicKey, spki } = rsaKeyPair();
    expect(importPublicKey(spki).equals(publicKey)).toBe(true);
    expect(describePublicKey(importPublicKey(spki))).toEqual({
      type: 'rsa',
      bits: 2048,
      exponent: 65_537n,
    });
  });

  it.each(['prime256v1', 'secp384r1', 'secp521r1'])('imports EC on %s', (curve) => {
    const { publicKey, spki } = ecKeyPair(curve);
    expect(importPublicKey(spki).equals(publicKey)).toBe(true);
    expect(describePublicKey(publicKey)).toEqual({ type: 'ec', curve });
  });

  const point = derBitString(Buffer.concat([Buffer.of(4), Buffer.alloc(64, 9)]));
  const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });
  it.each<[string, Uint8Array]>([
    ['EC on another curve', ecKeyPair('secp256k1').spki],
    ['Ed25519', ed25519],
    [
      'a point that is not on the curve',
      derSequence(derAlgorithmIdentifier(OID.ecPublicKey, derOid(OID.prime256v1)), point),
    ],
    ['EC with no curve', derSequence(derAlgorithmIdentifier(OID.ecPublicKey), point)],
    ['RSA of 8200 bits', rsaSpki(modulus(8200), 65_537)],
    ['RSA with a huge exponent', rsaSpki(modulus(2048), Buffer.alloc(6, 0xff))],
    ['RSA with a modulus of 0', rsaSpki(Buffer.of(0), 3)],
    [
      'RSA without an exponent',
      derSequence(
        derAlgorithmIdentifier(OID.rsaEncryption),
        derBitString(derSequence(derInteger(5))),
      ),
    ],
    ['nothing', derSequence()],
  ])('refuses %s', (_, spki) => {
    expect(() => importPublicKey(spki)).toThrow(DecodeError);
  });
});

describe('weaknessOf', () => {
  it('accepts the keys that devices have', () => {
    expect(weaknessOf(rsaKeyPair().spki)).toBeUndefined();
    expect(weaknessOf(rsaKeyPair(2048, 3).spki)).toBeUndefined();
    expect(weaknessOf(ecKeyPair().spki)).toBeUndefined();
  });

  it('reports the size of a short RSA key and follows the policy', () => {
    const { spki } = rsaKeyPair(1024);
    expect(weaknessOf(spki)).toBe('the RSA key has 1024 bits, 2048 are required');
    expect(weaknessOf(spki, 1024)).toBeUndefined();
  });

  it('counts the bits of the modulus, not its octets', () => {
    const short = Buffer.from(modulus(2048));
    short[0] = 0x7f;
    expect(weaknessOf(rsaSpki(short, 3))).toContain('2047 bits');
  });

  it.each([1, 2, 65_536, 2 ** 32 + 1])('refuses the exponent %d', (exponent) => {
    expect(weaknessOf(rsaSpki(modulus(2048), exponent))).toContain('exponent');
  });

  it('refuses an even modulus', () => {
    const even = Buffer.from(modulus(2048));
    even[255] = 0xb4;
    expect(weaknessOf(rsaSpki(even, 3))).toBe('the RSA modulus is even');
  });
});

describe('privateKeyName', () => {
  const spkiOf = (curve: string, point: Uint8Array) =>
    derSequence(derAlgorithmIdentifier(OID.ecPublicKey, derOid(curve)), derBitString(point));

  it('is the same for every encoding of an EC point, and for the point with the other y', () => {
    const { spki } = ecKeyPair();
    const point = spki.subarray(-65);
    const x = point.subarray(1, 33);
    const names = [
      privateKeyName(spki),
      ...[2, 3].map((form) =>
        privateKeyName(spkiOf(OID.prime256v1, Buffer.concat([Buffer.of(form), x]))),
      ),
    ];
    expect(new Set(names).size).toBe(1);
    expect(privateKeyName(ecKeyPair().spki)).not.toBe(names[0]);
    expect(privateKeyName(ecKeyPair('secp384r1').spki)).not.toBe(names[0]);
  });

  it('is the same for an RSA modulus with another exponent', () => {
    const { spki } = rsaKeyPair();
    const other = Buffer.from(spki);
    // The exponent 65537 is the end of the structure.
    expect(other.subarray(-5)).toEqual(Buffer.from('0203010001', 'hex'));
    other[other.length - 1] = 3;
    expect(privateKeyName(other)).toBe(privateKeyName(spki));
    expect(privateKeyName(rsaKeyPair().spki)).not.toBe(privateKeyName(spki));
  });
});
