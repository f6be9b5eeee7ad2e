import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { decodePem } from '../../../src/asn1/pem.ts';
import { UsageError } from '../../../src/config/usage-error.ts';
import { readPkcs12Authority } from '../../../src/local-commands/read-pkcs12-authority.ts';
import { parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const directory = tempDirectory();
const file = (name: string) => path.join(directory, name);
const P12 = file('ca.p12');
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function certify(name: string, by: string | undefined, ...args: readonly string[]): void {
  const signer = by === undefined ? [] : ['-CA', file(`${by}.pem`), '-CAkey', file(`${by}.key`)];
  const out = ['-out', file(`${name}.pem`), '-subj', `/CN=${name}`];
  const key = args.includes('-key') ? [] : [...EC, '-keyout', file(`${name}.key`)];
  runOpenssl(['req', '-x509', ...key, ...signer, ...args, ...out]);
}

beforeAll(() => {
  certify('root', undefined);
  certify('middle', 'root');
  certify('ca', 'middle', '-days', '10');
  certify('renewed', 'middle', '-days', '20', '-key', file('ca.key'));
  certify('stranger', undefined);
});

/** Packs a key with certificates, in this order. */
function pack(key: string, names: readonly string[], ...args: readonly string[]): void {
  const pem = names.map((name) => readFileSync(file(`${name}.pem`), 'utf8')).join('');
  writeFileSync(file('all.pem'), pem);
  const input = ['-inkey', file(`${key}.key`), '-in', file('all.pem')];
  runOpenssl(['pkcs12', '-export', ...input, '-out', P12, '-passout', 'pass:secret', ...args]);
}

const nameOf = ({ der }: { readonly der: Uint8Array }) => new X509Certificate(der).subject;

async function read(more: readonly string[] = []) {
  const above = more.flatMap((name) =>
    decodePem('CERTIFICATE', readFileSync(file(`${name}.pem`), 'latin1')).map(parseCertificate),
  );
  const { certificate, chain } = await readPkcs12Authority(P12, 'secret', above);
  return [certificate, ...chain].map(nameOf);
}

it('orders the chain, whatever the order of the file', async () => {
  pack('ca', ['root', 'stranger', 'ca', 'middle']);
  expect(await read()).toEqual(['CN=ca', 'CN=middle', 'CN=root']);
});

it('takes issuers from further certificates', async () => {
  pack('ca', ['ca']);
  expect(await read()).toEqual(['CN=ca']);
  expect(await read(['root', 'middle'])).toEqual(['CN=ca', 'CN=middle', 'CN=root']);
});

it('returns an empty chain for a root', async () => {
  pack('root', ['middle', 'root']);
  expect(await read()).toEqual(['CN=root']);
});

it('chooses the certificate that ends last of two for the key', async () => {
  pack('ca', ['ca', 'middle', 'renewed', 'root']);
  expect(await read()).toEqual(['CN=renewed', 'CN=middle', 'CN=root']);
});

it('refuses other files in one line that says what to do', async () => {
  const refused = (passphrase = 'secret') =>
    readPkcs12Authority(P12, passphrase, []).then(
      () => 'read',
      (error: unknown) => (error instanceof UsageError ? error.message : error),
    );
  pack('ca', ['ca']);
  expect(await refused('guess')).toBe(
    `${P12}: the passphrase is wrong, or the file was changed (--passphrase-file)`,
  );
  pack('ca', ['ca'], '-legacy');
  expect(await refused()).toBe(
    `${P12}: it is encrypted with RC2 with 40 bits, outdated. Convert it: openssl pkcs12 -legacy -in ${P12} -out ca.pem && openssl pkcs12 -export -in ca.pem -out new.p12`,
  );
  pack('ca', ['ca'], '-nomac');
  expect(await refused()).toMatch(/no MAC.* Convert it: openssl pkcs12 -in /);
  writeFileSync(P12, readFileSync(file('ca.pem')));
  expect(await refused()).toMatch(/^\S+ is not a supported PKCS #12 file: /);
});

it('names a command that converts the file', async () => {
  pack('ca', ['ca', 'middle'], '-legacy');
  const [pem, converted] = [file('out.pem'), file('new.p12')];
  const passes = ['-passin', 'pass:secret', '-passout', 'pass:secret'];
  runOpenssl(['pkcs12', '-legacy', '-in', P12, '-out', pem, ...passes]);
  runOpenssl(['pkcs12', '-export', '-in', pem, '-out', converted, ...passes]);
  const { certificate, chain } = await readPkcs12Authority(converted, 'secret', []);
  expect([certificate, ...chain].map(nameOf)).toEqual(['CN=ca', 'CN=middle']);
});
