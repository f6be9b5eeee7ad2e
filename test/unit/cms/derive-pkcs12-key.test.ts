import { expect, it } from 'vitest';
import {
  checkSalting,
  derivePkcs12Key,
  type Pkcs12Digest,
  passphraseEncodings,
} from '../../../src/cms/derive-pkcs12-key.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';

const salt = Buffer.from('0a58cf64530d823f', 'hex');

it.each([
  ['sha1', 1, 'smeg', 24],
  ['sha1', 2, 'smeg', 8],
  ['sha256', 3, 'a passphrase that is longer than one block of the digest, in UTF-16', 32],
  ['sha384', 3, 'queeg', 48],
  ['sha512', 1, 'queeg', 200],
] satisfies [Pkcs12Digest, number, string, number][])(
  'derives a key with %s for purpose %i like openssl',
  (digest, purpose, passphrase, length) => {
    const [octets = new Uint8Array()] = passphraseEncodings(passphrase);
    const derived = runOpenssl([
      ...['kdf', '-binary', '-keylen', `${length}`, '-kdfopt', `digest:${digest}`],
      ...['-kdfopt', `hexpass:${Buffer.from(octets).toString('hex')}`],
      ...['-kdfopt', `hexsalt:${salt.toString('hex')}`, '-kdfopt', 'iter:1000'],
      ...['-kdfopt', `id:${purpose}`, 'PKCS12KDF'],
    ]);
    const ours = derivePkcs12Key(octets, { salt, iterations: 1000 }, { digest, purpose, length });
    expect(Buffer.from(ours).toString('hex')).toBe(derived.toString('hex'));
  },
);

it('encodes the empty passphrase as two zero octets or none', () => {
  expect(passphraseEncodings('')).toEqual([Buffer.of(0, 0), new Uint8Array()]);
  expect(passphraseEncodings('é')).toEqual([Buffer.of(0, 0xe9, 0, 0)]);
});

it('accepts salts of 1 to 128 octets and 1 to 1 000 000 iterations', () => {
  checkSalting({ salt: Buffer.alloc(128), iterations: 1_000_000 });
  for (const iterations of [0, 1_000_001, 2 ** 31 - 1]) {
    expect(() => checkSalting({ salt, iterations })).toThrow(/iterated/);
  }
  for (const length of [0, 129]) {
    expect(() => checkSalting({ salt: Buffer.alloc(length), iterations: 1 })).toThrow(/salt/);
  }
});
