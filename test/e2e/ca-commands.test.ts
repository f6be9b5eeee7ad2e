import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { awsEnvironment } from '../support/clients/aws-client.ts';
import { runOrThrow } from '../support/clients/run-command.ts';
import { runProgram } from '../support/clients/run-program.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

interface ShownAuthority {
  readonly CertificateAuthority: { readonly NotAfter: number };
}

let server: RunningConnector;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  server = await startConnector();
  environment = awsEnvironment(server.ready);
});

async function ca(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(['ca', ...args], environment);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim();
}

it('makes a hierarchy that openssl verifies, and a connector for it', async () => {
  const directory = tempDirectory();
  const file = (name: string) => path.join(directory, name);
  const root = await ca('create', '--root', '--subject', 'CN=Root,O=Lab', '--validity', '20y');
  const devices = await ca(
    ...['create', '--subordinate', '--parent', root, '--subject', 'CN=Devices,O=Lab'],
    ...['--key-algorithm', 'EC_secp384r1'],
  );
  const below = await ca(
    ...['create', '--subordinate', '--parent', root, '--path-length', '1'],
    ...['--subject', 'CN=Sites,O=Lab', '--validity', '3y'],
  );
  const subject = ['--subject', 'CN=Site,O=Lab', '--key-algorithm', 'EC_prime256v1'];
  const lowest = await ca('create', '--subordinate', '--parent', below, ...subject);
  const endOf = async (arn: string) => {
    const shown = JSON.parse(await ca('show', arn, '--json')) as ShownAuthority;
    return shown.CertificateAuthority.NotAfter;
  };
  const end = await endOf(below);
  expect(end).toBeGreaterThan(Date.now() / 1_000);
  expect(await endOf(lowest)).toBe(end);
  await ca('certificate', root, '--out', file('root.pem'));
  await ca('certificate', devices, '--out', file('devices.pem'));
  await runOrThrow('openssl', [
    ...['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', file('key.pem')],
    ...['-subj', '/CN=server', '-addext', 'subjectAltName=DNS:server.example'],
    ...['-out', file('server.csr')],
  ]);
  const issued = await ca(
    ...['issue', devices, '--csr', file('server.csr'), '--validity', '90d'],
    ...['--template', 'EndEntityServerAuthCertificate', '--out', file('server.pem')],
  );
  expect(issued.startsWith(`${devices}/certificate/`)).toBe(true);
  const { stdout } = await runOrThrow('openssl', [
    ...['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'server.example'],
    ...['-CAfile', file('root.pem'), '-untrusted', file('devices.pem'), file('server.pem')],
  ]);
  expect(stdout).toBe(`${file('server.pem')}: OK\n`);
  await ca('revoke', devices, '--certificate', file('server.pem'), '--yes');
  const crl = ['crl', devices, '--url', server.ready.enrolUrl, '--out', file('crl.pem')];
  await ca(...crl);
  const checked = ['-crl_check', '-CAfile', file('root.pem'), '-untrusted', file('devices.pem')];
  await expect(
    runOrThrow('openssl', [
      ...['verify', ...checked, '-CRLfile', file('crl.pem'), file('server.pem')],
    ]),
  ).rejects.toThrow(/certificate revoked/);
  expect(await ca('report', devices)).toContain('CN=server');

  const made = ['connector', 'create', '--ca-arn', devices, '--wait', '80'];
  expect(await runProgram(made, environment)).toMatchObject({ code: 0 });
  expect(await ca('list')).toContain('CN=Devices,O=Lab');
});

it('prefers the endpoint of Private CA to that of all services', async () => {
  const nowhere = { ...environment, AWS_ENDPOINT_URL_ACM_PCA: 'http://127.0.0.1:9' };
  const { code, stderr } = await runProgram(['ca', 'list'], nowhere);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^scep-connector: ListCertificateAuthorities at http:\/\/127.0.0.1:9 f/);
  const given = ['ca', 'list', '--endpoint', server.ready.apiUrl, '--json'];
  expect(await runProgram(given, nowhere)).toMatchObject({ code: 0 });
});

it('exits with 2 for wrong usage before it calls the API', async () => {
  const bad = path.join(tempDirectory(), 'bad.csr');
  writeFileSync(bad, 'nothing');
  for (const args of [
    ['create', '--root'],
    ['issue', 'abcd', '--csr', bad],
    ['delete', server.ready.certificateAuthorityArn],
  ]) {
    expect(await runProgram(['ca', ...args], environment)).toMatchObject({ code: 2, stdout: '' });
  }
});
