import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import {
  derContext,
  derInteger,
  derNull,
  derOctetString,
  derSequence,
} from '../../../src/asn1/write-der.ts';
import {
  derivationCost,
  deriveKey,
  deriveKeySync,
  derPasswordKeyDerivation,
  readPasswordKeyDerivation,
} from '../../../src/cms/password-key-derivation.ts';
import {
  derAlgorithmIdentifier,
  readAlgorithmIdentifier,
} from '../../../src/x509/algorithm-identifier.ts';
import { UnsupportedAlgorithmError } from '../../../src/x509/unsupported-algorithm-error.ts';

const SALT = Buffer.alloc(8, 1);

const read = (...fields: Uint8Array[]) =>
  readPasswordKeyDerivation({ oid: OID.pbkdf2, parameters: derSequence(...fields) }, 16);
const salt = (length: number) => derOctetString(Buffer.alloc(length, 1));
const hmac = (oid: string) => derAlgorithmIdentifier(oid, derNull());

it.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)(
  'reads back a derivation with %s',
  (prf) => {
    const derivation = { salt: SALT, iterations: 2048, prf };
    const algorithm = readAlgorithmIdentifier(readBer(derPasswordKeyDerivation(derivation)));
    expect(readPasswordKeyDerivation(algorithm, 16)).toEqual(derivation);
  },
);

it('does not accept MD5 as pseudo-random function', () => {
  expect(() => derPasswordKeyDerivation({ salt: SALT, iterations: 1, prf: 'md5' })).toThrow(
    RangeError,
  );
  expect(() => read(salt(8), derInteger(1), hmac('1.2.840.113549.2.6'))).toThrow(
    UnsupportedAlgorithmError,
  );
});

describe('reads', () => {
  it('HMAC with SHA-1 by default', () => {
    expect(read(salt(8), derInteger(2048)).prf).toBe('sha1');
    expect(read(salt(8), derInteger(2048), derInteger(16)).prf).toBe('sha1');
  });

  it('salts of 8 to 64 octets and 1 to 100 000 iterations', () => {
    expect(read(salt(64), derInteger(100_000)).iterations).toBe(100_000);
    expect(read(salt(8), derInteger(1)).salt).toHaveLength(8);
  });

  it('the length of the key, if it is right', () => {
    const prf = hmac(OID.hmacWithSha512);
    expect(read(salt(8), derInteger(5), derInteger(16), prf).prf).toBe('sha512');
  });
});

describe('refuses', () => {
  it.each<[string, Uint8Array[]]>([
    ['a salt of 7 octets', [salt(7), derInteger(1)]],
    ['a salt of 65 octets', [salt(65), derInteger(1)]],
    ['a salt from elsewhere', [hmac(OID.hmacWithSha1), derInteger(1)]],
    ['no iterations', [salt(8), derInteger(0)]],
    ['100 001 iterations', [salt(8), derInteger(100_001)]],
    ['2^31 iterations', [salt(8), derInteger(2 ** 31)]],
    ['2^200 iterations', [salt(8), derInteger(Buffer.alloc(25, 0xff))]],
    ['negative iterations', [salt(8), Buffer.of(2, 1, 0xff)]],
    ['an INTEGER without octets', [salt(8), Buffer.of(2, 0)]],
    ['a count that is missing', [salt(8)]],
    ['a key of another length', [salt(8), derInteger(1), derInteger(24)]],
    ['more than there is', [salt(8), derInteger(1), hmac(OID.hmacWithSha1), derNull()]],
    ['something else for the function', [salt(8), derInteger(1), derContext(0)]],
    ['nothing', []],
  ])('%s', (_, fields) => {
    expect(() => read(...fields)).toThrow(DecodeError);
  });

  it('another derivation, and one without parameters', () => {
    const scrypt = { oid: '1.3.6.1.4.1.11591.4.11', parameters: derSequence() };
    expect(() => readPasswordKeyDerivation(scrypt, 16)).toThrow(UnsupportedAlgorithmError);
    const bare = { oid: OID.pbkdf2, parameters: undefined };
    expect(() => readPasswordKeyDerivation(bare, 16)).toThrow(UnsupportedAlgorithmError);
  });
});

it('derives the vectors of RFC 6070 and RFC 7914 section 11', async () => {
  const rfc6070 = { salt: Buffer.from('salt'), iterations: 4096, prf: 'sha1' } as const;
  expect(Buffer.from(await deriveKey('password', rfc6070, 20)).toString('hex')).toBe(
    '4b007901b765489abead49d926f721d065a429c1',
  );
  const rfc7914 = { salt: Buffer.from('salt'), iterations: 1, prf: 'sha256' } as const;
  expect(Buffer.from(await deriveKey('passwd', rfc7914, 64)).toString('hex')).toMatch(
    /^55ac046e56e3089fec1691c22544b605/,
  );
  expect(deriveKeySync('passwd', rfc7914, 64)).toEqual(await deriveKey('passwd', rfc7914, 64));
});

it('counts every block of the key as cost', () => {
  const derivation = { salt: SALT, iterations: 1000, prf: 'sha1' } as const;
  expect(derivationCost(derivation, 16)).toBe(1000);
  expect(derivationCost(derivation, 32)).toBe(2000);
  expect(derivationCost({ ...derivation, prf: 'sha256' }, 32)).toBe(1000);
});
