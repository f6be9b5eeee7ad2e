import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { encodePem } from '../../../../src/asn1/pem.ts';
import { requestContents, signRequest } from '../../../../src/cli/device/enrol-request.ts';
import type { EnrolOptions } from '../../../../src/cli/device/options.ts';
import { UsageError } from '../../../../src/config/usage-error.ts';
import { challengePasswords } from '../../../../src/scep/challenge-passwords.ts';
import { runOrThrow } from '../../../support/clients/run-command.ts';
import { rsaKeyPair } from '../../../support/keys/test-authority.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

const { privateKey } = rsaKeyPair();

function options(changes: Partial<EnrolOptions>): EnrolOptions {
  return {
    ...{ url: new URL('http://ca.example'), method: 'auto', timeout: 30, pollInterval: 30 },
    ...{
      pollLimit: 20,
      keyAlgorithm: { type: 'rsa', bits: 2048 },
      out: '.',
      subject: 'CN=device-1,O=Lab',
      ...changes,
    },
  };
}

async function opensslText(der: Uint8Array): Promise<string> {
  const file = path.join(tempDirectory(), 'request.csr');
  writeFileSync(file, encodePem('CERTIFICATE REQUEST', der));
  const { stdout } = await runOrThrow('openssl', [
    ...['req', '-in', file, '-noout', '-text', '-verify', '-nameopt', 'RFC2253'],
  ]);
  return stdout;
}

it('requests everything that the options name', async () => {
  const contents = requestContents(
    options({
      dns: ['a.example', 'b.example'],
      ip: ['192.0.2.1', '2001:db8::1'],
      email: ['a@example.com'],
      uri: ['urn:device:1'],
      upn: ['user@corp.example'],
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
      validityDays: 90,
    }),
    'secret-1',
  );
  const text = await opensslText(signRequest(contents, privateKey).der);
  expect(text).toContain('Subject: CN=device-1,O=Lab');
  for (const name of [
    ...[
      'DNS:a.example',
      'DNS:b.example',
      'IP Address:192.0.2.1',
      'IP Address:2001:DB8:0:0:0:0:0:1',
    ],
    ...['email:a@example.com', 'URI:urn:device:1', 'othername'],
  ]) {
    expect(text).toContain(name);
  }
  expect(text).toContain('Digital Signature, Key Encipherment');
  expect(text).toContain('TLS Web Server Authentication');
  expect(text).toMatch(/challengePassword\s*:secret-1/);
});

it('requests only a subject and the usual key usage by default', async () => {
  const request = signRequest(requestContents(options({}), undefined), privateKey);
  expect(request.extensions.map(({ oid }) => oid)).toEqual(['2.5.29.15']);
  expect(challengePasswords(request)).toEqual([]);
});

it('writes the validity as Windows clients do, in name-value pairs of BMPStrings', () => {
  const { attributes } = signRequest(
    requestContents(options({ validityDays: 90 }), undefined),
    privateKey,
  );
  const pairs = attributes.filter(({ oid }) => oid === '1.3.6.1.4.1.311.13.2.1');
  const texts = pairs.map(({ values }) =>
    Buffer.from(values[0] ?? [])
      .toString('latin1')
      .replaceAll('\0', '')
      .replaceAll(/[^\w]/g, ''),
  );
  expect(texts.toSorted()).toEqual([
    expect.stringMatching(/ValidityPeriod.*Days/),
    expect.stringMatching(/ValidityPeriodUnits.*90/),
  ]);
});

it('encodes the same request for the same key and options', () => {
  const same = { dns: ['a.example'], validityDays: 3 };
  const [one, two] = [1, 2].map(
    () => signRequest(requestContents(options(same), 'secret-1'), privateKey).der,
  );
  expect(one).toEqual(two);
});

it.each([
  [{ subject: 'device-1' }, /TYPE=value/],
  [{ subject: 'C=USA' }, /two letters/],
  [{ ip: ['192.0.2.256'] }, /not an IP address/],
  [{ dns: ['dév.example'] }, /printable ASCII/],
])('refuses %j', (changes, message) => {
  expect(() => requestContents(options(changes), undefined)).toThrow(UsageError);
  expect(() => requestContents(options(changes), undefined)).toThrow(message);
});

it('requires a subject', () => {
  const { subject: _, ...without } = options({});
  expect(() => requestContents(without, undefined)).toThrow(/use --subject/);
});
