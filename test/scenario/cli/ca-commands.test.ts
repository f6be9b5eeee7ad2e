import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../../src/cli/api/api-error.ts';
import type { AdminWorld } from '../../../src/cli/api-command/admin-world.ts';
import { UsageError } from '../../../src/config/usage-error.ts';
import { DAY_MS } from '../../../src/durations.ts';
import { isolateAwsEnvironment, runAdmin } from '../../support/clients/run-admin.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { TEST_ACCESS_KEY } from '../../support/clients/sign-request.ts';
import {
  type RunningPrivateCaApi,
  startPrivateCaApi,
} from '../../support/servers/start-private-ca-api.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

/** The real private CA in memory, which the commands call over HTTP. */
let running: RunningPrivateCaApi;

isolateAwsEnvironment();

beforeAll(async () => {
  running = await startPrivateCaApi();
});
afterAll(() => running.stop());

beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL_ACM_PCA', running.access.apiUrl);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', TEST_ACCESS_KEY.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', TEST_ACCESS_KEY.secretAccessKey);
});

/** Between two calls the commands wait until the private CA has no work in the background. */
const PATIENT: Partial<AdminWorld> = {
  sleep: () => Promise.all([running.ca.creation.settled(), running.ca.auditReportWriter.settled()]),
  randomUuid: () => nextToken(),
};
let tokens = 0;
function nextToken(): string {
  tokens += 1;
  return `token-${tokens}`;
}

function ca(...args: readonly string[]) {
  return runAdmin(['ca', ...args], PATIENT);
}

async function done(...args: readonly string[]): Promise<string> {
  const { code, error, stderr, stdout } = await ca(...args);
  expect({ code, error, stderr }).toEqual({ code: 0, error: undefined, stderr: '' });
  return stdout;
}

const KEY = ['--key-algorithm', 'EC_prime256v1'];

/** The ARN of a new root. */
async function createRoot(name: string, ...args: readonly string[]): Promise<string> {
  return (await done('create', '--root', '--subject', `CN=${name}`, ...KEY, ...args)).trim();
}

async function certificateOf(arn: string): Promise<X509Certificate> {
  return new X509Certificate(await done('certificate', arn));
}

function lifeInDays({ validFrom, validTo }: X509Certificate): number {
  return Math.round((Date.parse(validTo) - Date.parse(validFrom)) / DAY_MS);
}

async function statusOf(arn: string): Promise<unknown> {
  const shown = JSON.parse(await done('show', arn, '--json')) as Shown;
  return shown.CertificateAuthority['Status'];
}

interface Shown {
  readonly CertificateAuthority: Readonly<Record<string, unknown>>;
}

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

function makeCsr(name: string): string {
  const directory = tempDirectory();
  const csr = path.join(directory, 'device.csr');
  runOpenssl([
    ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-keyout', path.join(directory, 'key.pem'), '-subj', `/CN=${name}`, '-out', csr],
  ]);
  return csr;
}

describe('ca create --root', () => {
  it('makes an ACTIVE root in one step and prints only its ARN', async () => {
    const arn = await createRoot('One Step,O=Example,C=DE', '--validity', '3y', '--tag', 'a=b');
    expect(arn).toMatch(/^arn:aws:acm-pca:eu-central-1:\d{12}:certificate-authority\/[-0-9a-f]+$/);
    const certificate = await certificateOf(arn);
    expect(certificate.subject).toBe('C=DE\nO=Example\nCN=One Step');
    expect(certificate.checkIssued(certificate)).toBe(true);
    const years = (new Date(certificate.validTo).getTime() - Date.now()) / 31_557_600_000;
    expect(years).toBeCloseTo(3, 1);
    expect(await done('tags', 'list', arn)).toBe('KEY  VALUE\na    b\n');
  });

  it('returns the same CA when it is repeated', async () => {
    const first = await createRoot('Again');
    expect(await createRoot('Again')).toBe(first);
    expect(await createRoot('Again', '--idempotency-token', 'another')).not.toBe(first);
  });

  it('continues an interrupted command when it is repeated', async () => {
    let sleeps = 0;
    const impatient = {
      ...PATIENT,
      clock: () => {
        sleeps += 1;
        // The time is over when the first answer is RequestInProgressException.
        return new Date(Date.now() + (sleeps > 3 ? 200_000 : 0));
      },
    };
    let makeTheKey: () => void = () => undefined;
    const delayed = new Promise<void>((resolve) => (makeTheKey = resolve));
    running.beforeNextKey(() => delayed);
    const args = ['create', '--root', '--subject', 'CN=Cut Off', ...KEY];
    const { stdout, stderr, code } = await runAdmin(['ca', ...args], impatient);
    const arn = stdout.trim();
    expect(code).toBe(3);
    expect(stderr).toBe(`the CA exists; to continue, run scep-connector ca activate ${arn}\n`);
    makeTheKey();
    expect(await done(...args)).toBe(`${arn}\n`);
    expect(await statusOf(arn)).toBe('ACTIVE');
  });

  it('configures revocation and the usage mode', async () => {
    const arn = await createRoot(
      'Revoking',
      '--crl',
      '--crl-days',
      '30',
      '--ocsp',
      '--short-lived',
    );
    const shown = await done('show', arn);
    expect(shown).toMatch(/^crl +published, valid 30 days$/m);
    expect(shown).toMatch(/^ocsp +answered$/m);
    expect(shown).toMatch(/^mode +SHORT_LIVED_CERTIFICATE$/m);
  });

  it.each([
    ['neither --root nor --subordinate', [], /--root or --subordinate/],
    ['both --root and --subordinate', ['--root', '--subordinate'], /cannot be used with/],
    ['a parent for a root', ['--root', '--parent', 'abcd'], /are for subordinate CAs/],
    ['--crl-days without --crl', ['--root', '--crl-days', '9'], /--crl-days needs --crl/],
    ['a malformed bucket', ['--root', '--crl', 'No Bucket'], /name of an S3 bucket/],
    ['a malformed validity', ['--root', '--validity', '10'], /such as 90d/],
    ['a date that does not exist', ['--root', '--validity', '2030-02-30'], /such as 90d/],
    ['a malformed subject', ['--root', '--subject', 'Example'], /TYPE=value/],
    [
      'a parent that does not exist',
      ['--subordinate', '--parent', 'ffffffff'],
      /no CA whose id begins/,
    ],
  ])('refuses %s and creates no CA', async (_, args, message) => {
    const before = await done('list', '--json');
    const { error } = await ca('create', '--subject', 'CN=No', ...args);
    expect((error as Error).message).toMatch(message);
    expect(await done('list', '--json')).toBe(before);
  });

  it('reports the error of the API', async () => {
    const args = ['create', '--root', '--subject', 'CN=x', ...KEY];
    const { error } = await ca(...args, '--signing-algorithm', 'SHA256WITHRSA');
    expect(error).toBeInstanceOf(ApiError);
    expect((error as Error).message).toMatch(/^InvalidArgsException: Signing algorithm/);
  });
});

describe('ca create --subordinate', () => {
  it('creates a CA whose certificate the parent signs', async () => {
    const root = await createRoot('Parent');
    const id = root.split('/').at(-1) ?? '';
    const args = ['--subject', 'CN=Below', ...KEY, '--parent', id, '--path-length', '1'];
    const arn = (await done('create', '--subordinate', ...args)).trim();
    const [own, above] = [await certificateOf(arn), await certificateOf(root)];
    expect(own.checkIssued(above)).toBe(true);
    const chain = await done('certificate', arn, '--chain');
    expect(chain).toBe(own.toString() + above.toString());
    expect(await done('show', arn)).toMatch(/^type +SUBORDINATE$/m);
  });

  it('creates a CA that waits for a certificate of another server when no parent is named', async () => {
    const directory = tempDirectory();
    const file = (name: string) => path.join(directory, name);
    const { stdout, stderr, code } = await ca(
      ...['create', '--subordinate', '--subject', 'CN=Foreign', ...KEY],
    );
    const arn = stdout.trim();
    expect(code).toBe(0);
    expect(stderr).toContain(`ca csr ${arn} --out ca.csr, have it signed`);
    expect(stderr).toContain(`then run scep-connector ca activate ${arn} `);
    expect((await ca('activate', arn)).error).toBeInstanceOf(UsageError);
    await done('csr', arn, '--out', file('ca.csr'));
    runOpenssl([
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', file('root.key')],
      ...['-subj', '/CN=Foreign Root', '-days', '99', '-out', file('root.pem')],
    ]);
    writeFileSync(file('ext'), 'basicConstraints=critical,CA:true\nkeyUsage=keyCertSign,cRLSign\n');
    runOpenssl([
      ...['x509', '-req', '-in', file('ca.csr'), '-CA', file('root.pem'), '-CAkey'],
      ...[file('root.key'), '-extfile', file('ext'), '-days', '90', '-out', file('ca.pem')],
    ]);
    await done('activate', arn, '--certificate', file('ca.pem'), '--chain', file('root.pem'));
    expect(await statusOf(arn)).toBe('ACTIVE');
    const der = (name: string) => {
      runOpenssl([
        'x509',
        '-in',
        file(`${name}.pem`),
        '-outform',
        'DER',
        '-out',
        file(`${name}.der`),
      ]);
      return file(`${name}.der`);
    };
    const both = ['-certfile', file('root.pem'), '-certfile', file('ca.pem')];
    for (const form of ['PEM', 'DER']) {
      const p7b = ['crl2pkcs7', '-nocrl', ...both, '-outform', form, '-out', file(`${form}.p7b`)];
      runOpenssl(p7b);
    }
    const reversed = readFileSync(file('root.pem'), 'utf8') + readFileSync(file('ca.pem'), 'utf8');
    writeFileSync(file('reversed.pem'), reversed);
    for (const args of [
      [der('ca'), '--chain', der('root')],
      [file('PEM.p7b')],
      [file('DER.p7b')],
      [file('reversed.pem')],
    ]) {
      const renewed = await done('activate', arn, '--renew', '--certificate', ...args);
      expect(renewed).toMatch(/^new +2/m);
    }
    expect((await certificateOf(arn)).issuer).toBe('CN=Foreign Root');
  });
});

describe('ca activate', () => {
  it('warns of a CA certificate whose extKeyUsage is narrow', async () => {
    const root = await createRoot('Wide');
    const [csr, narrow, passthrough] = ['ca.csr', 'ca.pem', 'api.json'].map((name) =>
      path.join(tempDirectory(), name),
    ) as [string, string, string];
    const args = ['--subject', 'CN=Narrow', ...KEY];
    const arn = (await ca('create', '--subordinate', ...args)).stdout.trim();
    await done('csr', arn, '--out', csr);
    const usage = { ExtendedKeyUsage: [{ ExtendedKeyUsageType: 'SERVER_AUTH' }] };
    writeFileSync(passthrough, JSON.stringify({ Extensions: usage }));
    await done(
      ...['issue', root, '--csr', csr, '--out', narrow, '--chain', '--validity', '90d'],
      ...['--template', 'SubordinateCACertificate_PathLen0_APIPassthrough/V1'],
      ...['--api-passthrough', passthrough],
    );
    const { code, stderr } = await ca('activate', arn, '--certificate', narrow);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: the extKeyUsage of the CA, .* only serverAuth: relying/);
  });

  it('replaces the certificate of an ACTIVE CA only with --renew', async () => {
    const arn = await createRoot('Renewed', '--validity', '1y');
    const before = await certificateOf(arn);
    expect((await ca('activate', arn)).error).toBeInstanceOf(UsageError);
    await done('activate', arn, '--renew', '--validity', '2036-01-31');
    const after = await certificateOf(arn);
    expect(new Date(after.validTo)).toEqual(new Date('2036-01-31T00:00:00Z'));
    expect(after.publicKey.equals(before.publicKey)).toBe(true);
  });

  it('keeps the life and the path length with --renew, and prints old and new', async () => {
    const root = await createRoot('Keeping', '--validity', '20y');
    const args = ['--subject', 'CN=Kept', ...KEY, '--parent', root, '--path-length', '2'];
    const arn = (await done('create', '--subordinate', ...args, '--validity', '9y')).trim();
    for (const [ca, parent, pathLength] of [
      [root, [], 'no limit'],
      [arn, ['--parent', root], '2'],
    ] as const) {
      const before = await certificateOf(ca);
      const [head, old, renewed] = (await done('activate', ca, ...parent, '--renew')).split('\n');
      const after = await certificateOf(ca);
      expect(lifeInDays(after)).toBe(lifeInDays(before));
      expect(head).toMatch(/^ +NOT BEFORE +NOT AFTER +PATH LENGTH +SERIAL$/);
      for (const [row, { validTo, serialNumber }] of [
        [old, before],
        [renewed, after],
      ] as const) {
        const end = new Date(validTo).toISOString().replace('.000Z', 'Z');
        const serial = serialNumber.replace(/^0+/, '');
        expect(row).toMatch(new RegExp(`^(old|new) .* ${end} +${pathLength} +${serial}$`));
      }
    }
  });

  it('keeps the path length of a root with --renew', async () => {
    const arn = await createRoot('Limited', '--validity', '4y');
    const [csr, limited] = ['ca.csr', 'ca.pem'].map((name) => path.join(tempDirectory(), name)) as [
      string,
      string,
    ];
    const passthrough = path.join(tempDirectory(), 'passthrough.json');
    writeFileSync(passthrough, '{"Extensions":{"KeyUsage":{"KeyCertSign":true,"CRLSign":true}}}');
    await done('csr', arn, '--out', csr);
    await done(
      ...['issue', arn, '--csr', csr, '--out', limited, '--validity', '3y'],
      ...['--template', 'BlankRootCACertificate_PathLen1_APIPassthrough/V1'],
      ...['--api-passthrough', passthrough],
    );
    await done('activate', arn, '--renew', '--certificate', limited);
    const [, old, renewed] = (await done('activate', arn, '--renew')).split('\n');
    expect(old).toMatch(/^old .* 1 +[0-9A-F]+$/);
    expect(renewed).toMatch(/^new .* 1 +[0-9A-F]+$/);
    expect(lifeInDays(await certificateOf(arn))).toBe(Math.round(3 * 365.25));
  });

  it.each([
    [['--chain', 'x.pem'], /--chain needs --certificate/],
    [['--certificate', 'missing.pem'], /cannot read missing.pem/],
    [['--certificate', import.meta.filename], /holds no certificate in PEM, DER or PKCS #7/],
    [['--certificate', 'x.pem', '--parent', 'abcd'], /cannot be used with/],
  ])('refuses %j', async (args, message) => {
    expect(((await ca('activate', 'abcd', ...args)).error as Error).message).toMatch(message);
  });
});

describe('ca list and show', () => {
  it('print tables, or the answers of the API with --json', async () => {
    const arn = await createRoot('Shown', '--validity', '2036-01-31', '--idempotency-token', 's');
    const id = arn.split('/').at(-1) ?? '';
    const row = (await done('list', '--status', 'ACTIVE')).split('\n').find((l) => l.includes(id));
    expect(row).toBe(`${id}  ACTIVE  ROOT         EC_prime256v1  2036-01-31T00:00:00Z  CN=Shown`);
    const { CertificateAuthorities } = JSON.parse(await done('list', '--json')) as {
      CertificateAuthorities: { Arn: string }[];
    };
    expect(CertificateAuthorities.map(({ Arn }) => Arn)).toContain(arn);
    const { serialNumber } = await certificateOf(id);
    const shown = await done('show', id.slice(0, 13));
    expect(shown).toMatch(new RegExp(`^serial +0*${serialNumber.replace(/^0+/, '')}$`, 'm'));
    expect(shown).toMatch(/^not after +2036-01-31T00:00:00Z$/m);
    expect(shown).toMatch(/^crl +none$/m);
  });
});

describe('ca issue and revoke', () => {
  it('issue with a template, and revoke by file or serial number', async () => {
    const arn = await createRoot('Issuing');
    const csr = makeCsr('device');
    const out = path.join(tempDirectory(), 'device.pem');
    const template = ['--template', 'EndEntityClientAuthCertificate', '--validity', '30d'];
    const certificateArn = (
      await done('issue', arn, '--csr', csr, ...template, '--out', out)
    ).trim();
    const certificate = new X509Certificate(readFileSync(out));
    expect(certificate.subject).toBe('CN=device');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(await done('certificate', certificateArn)).toBe(certificate.toString());
    expect((await ca('issue', arn, '--csr', csr, '--out', out)).error).toBeInstanceOf(UsageError);

    const other = new X509Certificate(await done('issue', arn, '--csr', csr, '--chain'));
    expect(other.serialNumber).not.toBe(certificate.serialNumber);

    await done('revoke', arn, '--certificate', out, '--reason', 'SUPERSEDED', '--yes');
    await done('revoke', arn, '--serial', other.serialNumber, '--yes');
    const again = await ca('revoke', arn, '--certificate', out, '--yes');
    expect((again.error as ApiError).code).toBe('RequestAlreadyProcessedException');
    expect((await ca('revoke', arn, '--certificate', out)).error).toBeInstanceOf(UsageError);
    expect((await ca('revoke', arn, '--yes')).error).toBeInstanceOf(UsageError);
  });

  it('issue with the subject in ApiPassthrough', async () => {
    const arn = await createRoot('Passing');
    const passthrough = path.join(tempDirectory(), 'passthrough.json');
    writeFileSync(passthrough, '{"Subject":{"CommonName":"said by the API"}}');
    const args = ['--csr', makeCsr('said by the request'), '--api-passthrough', passthrough];
    const template = ['--template', 'EndEntityCertificate_APIPassthrough/V1', '--json'];
    const { Certificate, CertificateArn } = JSON.parse(
      await done('issue', arn, ...args, ...template),
    ) as Record<string, string>;
    expect(new X509Certificate(Certificate ?? '').subject).toBe('CN=said by the API');
    expect(CertificateArn).toContain(`${arn}/certificate/`);
  });

  it('refuse files of another kind', async () => {
    const file = import.meta.filename;
    for (const args of [
      ['issue', 'abcd', '--csr', file],
      ['issue', 'abcd', '--csr', makeCsr('x'), '--api-passthrough', file],
      ['revoke', 'abcd', '--certificate', file, '--yes'],
    ]) {
      const { error } = await ca(...args);
      expect(error).toBeInstanceOf(UsageError);
      expect((error as Error).message).toContain(file);
    }
    expect(existsSync('abcd')).toBe(false);
  });
});

describe('the life of a CA', () => {
  it('is disabled, deleted, restored and enabled', async () => {
    const arn = await createRoot('Mortal');
    const { error } = await ca('delete', arn, '--yes');
    expect((error as ApiError).code).toBe('InvalidStateException');
    await done('disable', arn);
    expect(await statusOf(arn)).toBe('DISABLED');
    const refused = await ca('delete', arn);
    expect(refused.error).toBeInstanceOf(UsageError);
    await done('delete', arn, '--days', '7', '--yes');
    expect(await done('show', arn)).toMatch(/^restorable until +20/m);
    await done('restore', arn);
    await done('enable', arn);
    expect(await statusOf(arn)).toBe('ACTIVE');
  });

  it('changes only the revocation settings that are named', async () => {
    const arn = await createRoot('Updated');
    const revocation = async () =>
      (await done('show', arn)).split('\n').filter((line) => /^(crl|ocsp) /.test(line));
    expect((await ca('update', arn)).error).toBeInstanceOf(UsageError);
    expect((await ca('update', arn, '--crl-days', '3')).error).toBeInstanceOf(UsageError);
    await done('update', arn, '--crl', 'bucket', '--ocsp');
    expect(await revocation()).toEqual([
      expect.stringMatching(/published, valid 7 days, in bucket bucket if the server has S3$/),
      expect.stringMatching(/answered$/),
    ]);
    await done('update', arn, '--crl-days', '30');
    expect(await revocation()).toEqual([
      expect.stringMatching(/published, valid 30 days, in bucket bucket if the server has S3$/),
      expect.stringMatching(/answered$/),
    ]);
    await done('update', arn, '--no-crl');
    expect(await revocation()).toEqual([
      expect.stringMatching(/none$/),
      expect.stringMatching(/answered$/),
    ]);
    await done('update', arn, '--no-ocsp');
    expect(await revocation()).toEqual([
      expect.stringMatching(/none$/),
      expect.stringMatching(/none$/),
    ]);
  });

  it('has tags that can be set, listed and removed', async () => {
    const arn = await createRoot('Tagged');
    expect((await ca('tags', 'list', arn)).stderr).toBe('no tags\n');
    await done('tags', 'set', arn, 'team=pki', 'empty=');
    await done('tags', 'remove', arn, 'team');
    expect(JSON.parse(await done('tags', 'list', arn, '--json'))).toEqual({
      Tags: [{ Key: 'empty', Value: '' }],
    });
  });
});

describe('ca crl', () => {
  /** Starts a server that sends this answer at every path. */
  async function startServer(status: number, body: Buffer): Promise<string> {
    const server = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterAll(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it.each([
    ['nothing', 404, Buffer.alloc(0), /there is no CRL at .*\.crl: HTTP 404/],
    ['something else', 200, Buffer.from('<html>'), /no CRL that the CA has signed/],
  ])('refuses %s', async (_, status, body, message) => {
    const arn = await createRoot('Refusing');
    const { error, stdout } = await ca('crl', arn, '--url', await startServer(status, body));
    expect(error).toBeInstanceOf(ApiError);
    expect((error as Error).message).toMatch(message);
    expect(stdout).toBe('');
  });

  it('gets the CRL from the API without --url', async () => {
    const arn = await createRoot('Listing');
    const file = path.join(tempDirectory(), 'ca.crl');
    await done('crl', arn, '--out', file);
    const text = runOpenssl(['crl', '-in', file, '-noout', '-issuer']).toString();
    expect(text).toMatch(/^issuer=CN ?= ?Listing\n$/);
  });

  it('names a CA without a CRL', async () => {
    const { error } = await ca('crl', (await createRoot('Known')).replace(/[^/]+$/, UNKNOWN_ID));
    expect((error as ApiError).code).toBe('ResourceNotFoundException');
  });

  it('reports that no server listens at the URL', async () => {
    const { error } = await ca('crl', await createRoot('Refusing'), '--url', 'http://127.0.0.1:9');
    expect((error as Error).message).toMatch(/ECONNREFUSED/);
  });
});

describe('ca report', () => {
  it('writes a report into the named bucket once in half an hour', async () => {
    const arn = await createRoot('Reporting');
    const place = await done('report', arn, '--bucket', 'reports', '--format', 'JSON');
    expect(place).toMatch(/^s3:\/\/reports\/audit-report\/[-0-9a-f]{36}\/[-0-9a-f]{36}\.json\n$/);
    const { error } = await ca('report', arn);
    expect((error as ApiError).code).toBe('RequestInProgressException');
  });
});
