import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derInteger, derSequence } from '../../../src/asn1/write-der.ts';
import { openPkcs12 } from '../../../src/cms/open-pkcs12.ts';
import { Pkcs12Error } from '../../../src/cms/pkcs12-error.ts';
import { requireClient } from '../../support/clients/require-client.ts';
import { runOrThrow } from '../../support/clients/run-command.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { derData, safeOfBag, sealPkcs12 } from '../../support/keys/seal-pkcs12.ts';
import { processorTime } from '../../support/load/processor-time.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const PASSPHRASE = 'correct horse';
const directory = tempDirectory();
const file = (name: string) => path.join(directory, name);

beforeAll(() => {
  for (const name of ['root', 'middle', 'ca']) {
    const signer = { root: [], middle: ['root'], ca: ['middle'] }[name] ?? [];
    runOpenssl([
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`), '-subj', `/CN=${name}`],
      ...signer.flatMap((by) => ['-CA', file(`${by}.pem`), '-CAkey', file(`${by}.key`)]),
    ]);
  }
  writeFileSync(
    file('above.pem'),
    `${readFileSync(file('root.pem'), 'utf8')}${readFileSync(file('middle.pem'), 'utf8')}`,
  );
});

/** The PKCS #12 file that openssl writes for the key and certificate of "ca". */
function exported(passphrase: string, ...args: readonly string[]): Uint8Array {
  return runOpenssl([
    ...['pkcs12', '-export', '-inkey', file('ca.key'), '-in', file('ca.pem')],
    ...['-passout', `pass:${passphrase}`, ...args],
  ]);
}

function subjects(certificates: readonly Uint8Array[]): readonly string[] {
  return certificates.map((der) => new X509Certificate(der).subject).sort();
}

function expectKey(privateKey: Uint8Array): void {
  const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
  expect(key.equals(createPrivateKey(readFileSync(file('ca.key'))))).toBe(true);
}

const TRIPLE_DES = ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES'];

describe('opens a file of openssl', () => {
  it.each([
    ['as it writes them', []],
    ['with triple DES and SHA-1, as Windows does', [...TRIPLE_DES, '-macalg', 'sha1']],
    ['with AES-128', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC']],
    ['with AES-192', ['-keypbe', 'AES-192-CBC', '-certpbe', 'AES-192-CBC']],
    ['with triple DES by PBES2', ['-keypbe', 'DES-EDE3-CBC', '-certpbe', 'DES-EDE3-CBC']],
    ['with SHA-384', ['-macalg', 'sha384']],
    ['with SHA-512', ['-macalg', 'sha512']],
    ['with 100 000 iterations', ['-iter', '100000']],
    ['with one iteration', ['-noiter', '-nomaciter']],
    ['with nothing encrypted', ['-keypbe', 'NONE', '-certpbe', 'NONE']],
  ])('%s', (_name, args) => {
    const { privateKey, certificates } = openPkcs12(exported(PASSPHRASE, ...args), PASSPHRASE);
    expectKey(privateKey);
    expect(subjects(certificates)).toEqual(['CN=ca']);
  });

  it.each([[TRIPLE_DES], [[]]])('with the empty passphrase, %j', (args) => {
    expectKey(openPkcs12(exported('', ...args), '').privateKey);
  });

  it.each([
    ['two zero octets', Buffer.of(0, 0)],
    ['no octets', Buffer.alloc(0)],
  ])('with the empty passphrase encoded as %s', (_name, encoding) => {
    const key = createPrivateKey(readFileSync(file('ca.key'), 'latin1'));
    const safe = safeOfBag(OID.keyBag, key.export({ format: 'der', type: 'pkcs8' }));
    expectKey(openPkcs12(sealPkcs12(safe, '', { encoding }), '').privateKey);
  });

  it.each([[TRIPLE_DES], [[]]])('with a passphrase beyond ASCII, %j', (args) => {
    const passphrase = 'Größe-Ω-🔑';
    expectKey(openPkcs12(exported(passphrase, ...args), passphrase).privateKey);
  });

  it('with a chain of three', () => {
    const bytes = exported(PASSPHRASE, '-certfile', file('above.pem'));
    expect(subjects(openPkcs12(bytes, PASSPHRASE).certificates)).toEqual([
      ...['CN=ca', 'CN=middle', 'CN=root'],
    ]);
  });
});

const keytool = requireClient('keytool', ['keytool']);

describe.runIf(keytool)('opens a file of Java', () => {
  it.each([['RSA'], ['EC']])(
    'with a key for %s',
    async (algorithm) => {
      const store = file(`${algorithm}.p12`);
      await runOrThrow('keytool', [
        ...['-genkeypair', '-keyalg', algorithm, '-dname', 'CN=java', '-alias', 'ca'],
        ...['-keystore', store, '-storetype', 'PKCS12', '-storepass', PASSPHRASE],
      ]);
      const { privateKey, certificates } = openPkcs12(readFileSync(store), PASSPHRASE);
      const [certificate = new Uint8Array()] = certificates;
      const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
      expect(new X509Certificate(certificate).checkPrivateKey(key)).toBe(true);
    },
    60_000,
  );
});

function refusalOf(bytes: Uint8Array, passphrase = PASSPHRASE): Pkcs12Error {
  try {
    openPkcs12(bytes, passphrase);
  } catch (error) {
    if (error instanceof Pkcs12Error) return error;
    throw error;
  }
  throw new Error('it was opened');
}

describe('refuses', () => {
  it.each([['wrong'], [''], [`${PASSPHRASE} `]])(
    'the wrong passphrase %j, without quoting it',
    (wrong) => {
      const { refusal, message } = refusalOf(exported(PASSPHRASE), wrong);
      expect({ refusal, message }).toEqual({
        refusal: 'wrongPassphrase',
        message: `${wrong === '' ? 'it has a passphrase' : 'the passphrase is wrong'}, or the file was changed`,
      });
    },
  );

  it.each([
    ['RC2 with 40 bits', 'PBE-SHA1-RC2-40'],
    ['RC2 with 128 bits', 'PBE-SHA1-RC2-128'],
    ['RC4 with 128 bits', 'PBE-SHA1-RC4-128'],
    ['RC4 with 40 bits', 'PBE-SHA1-RC4-40'],
    ['triple DES with two keys', 'PBE-SHA1-2DES'],
  ])('%s', (name, algorithm) => {
    const { refusal, message } = refusalOf(exported(PASSPHRASE, '-legacy', '-certpbe', algorithm));
    expect({ refusal, message }).toEqual({
      refusal: 'rewritableByLegacy',
      message: `it is encrypted with ${name}, outdated`,
    });
  });

  it('no MAC', () => {
    expect(refusalOf(exported(PASSPHRASE, '-nomac'))).toMatchObject({
      refusal: 'rewritable',
      message: expect.stringContaining('no MAC') as string,
    });
  });

  it('PBMAC1', () => {
    const bytes = sealPkcs12(derSequence(), PASSPHRASE, { macOid: OID.pbmac1 });
    expect(refusalOf(bytes).message).toMatch(/PBMAC1/);
  });

  it('scrypt', () => {
    const shrouded = runOpenssl([
      ...['pkcs8', '-topk8', '-scrypt', '-in', file('ca.key'), '-outform', 'DER'],
      ...['-passout', `pass:${PASSPHRASE}`],
    ]);
    const bytes = sealPkcs12(safeOfBag(OID.pkcs8ShroudedKeyBag, shrouded), PASSPHRASE);
    expect(refusalOf(bytes).message).toMatch(/scrypt/);
  });

  it('a shrouded key with another passphrase than the file', () => {
    const shrouded = runOpenssl([
      ...['pkcs8', '-topk8', '-in', file('ca.key'), '-outform', 'DER', '-passout', 'pass:other'],
    ]);
    const safe = safeOfBag(OID.pkcs8ShroudedKeyBag, shrouded);
    expectKey(openPkcs12(sealPkcs12(safe, 'other'), 'other').privateKey);
    // Any error: one wrong key in 256 leaves a valid padding, and then the content does not parse.
    expect(() => openPkcs12(sealPkcs12(safe, PASSPHRASE), PASSPHRASE)).toThrow();
  });

  it('a file without a key, and one with two', () => {
    expect(refusalOf(exported(PASSPHRASE, '-nokeys')).message).toBe('it holds no private key');
    const bag = readFileSync(file('ca.key'), 'latin1');
    const der = createPrivateKey(bag).export({ format: 'der', type: 'pkcs8' });
    const one = safeOfBag(OID.keyBag, der);
    expectKey(openPkcs12(sealPkcs12(one, PASSPHRASE), PASSPHRASE).privateKey);
    const inner = one.subarray(2 + (one[1] === 0x81 ? 1 : one[1] === 0x82 ? 2 : 0));
    const two = sealPkcs12(derSequence(inner, inner), PASSPHRASE);
    expect(refusalOf(two)).toMatchObject({
      refusal: 'otherContents',
      message: 'it holds 2 private keys, not one',
    });
  });

  it.each([
    ['other bytes', Buffer.from('-----BEGIN'), /ASN.1/],
    ['another version', derSequence(derInteger(2), derData(derSequence())), /no PFX/],
    ['a large file', Buffer.alloc(1024 * 1024 + 1), /1 MiB/],
    [
      'many parts',
      sealPkcs12(
        derSequence(...Array.from({ length: 9 }, () => derData(derSequence()))),
        PASSPHRASE,
      ),
      /8 parts/,
    ],
  ])('%s', (_name, bytes, message) => {
    expect(() => openPkcs12(bytes, PASSPHRASE)).toThrow(message);
  });

  it('a million and one iterations, without computing them', () => {
    const bytes = sealPkcs12(derSequence(), PASSPHRASE, { iterations: 1_000_001 });
    const start = processorTime();
    expect(() => openPkcs12(bytes, PASSPHRASE)).toThrow(/iterated 1000001 times/);
    expect(processorTime() - start).toBeLessThan(200);
  });
});
