import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { decodePem } from '../../../src/asn1/pem.ts';
import { devBanner } from '../../../src/cli/dev-banner.ts';
import { challengePasswords } from '../../../src/scep/challenge-passwords.ts';
import { formatName } from '../../../src/x509/distinguished-name.ts';
import { parseCertificationRequest } from '../../../src/x509/parse-certification-request.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const CHALLENGE = '0a1b2c3d-4e5f-4678-9abc-def012345678';
const banner = devBanner({
  scepUrl: 'http://127.0.0.1:8080/scep/000000000000-id/secret',
  challengePassword: CHALLENGE,
  caFingerprintSha256: 'ab',
  caThumbprintSha1: 'cd',
  caCertificateFile: '/data/ca.pem',
  region: 'us-east-1',
  accountId: '000000000000',
  connectorArn: 'arn:connector',
  certificateAuthorityArn: 'arn:authority',
  enrolUrl: 'http://127.0.0.1:8080',
  enrolLocalUrl: 'http://127.0.0.1:8080',
  apiUrl: 'http://127.0.0.1:8081',
  opsUrl: 'http://127.0.0.1:9090',
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: 'a/b+c',
});

it('prints lines for a CSR that work when they are pasted with their indentation', () => {
  const [, section = ''] = /with sscep:\n\n([\s\S]*?)\n\nwith /.exec(banner) ?? [];
  const lines = section.replaceAll(/^ {2}sscep [^\\\n]*(\\\n.*)?$/gm, '');
  const directory = tempDirectory();
  execFileSync('bash', ['-e'], { cwd: directory, input: lines, stdio: ['pipe', 'pipe', 'pipe'] });
  const pem = readFileSync(path.join(directory, 'device.csr'), 'utf8');
  const csr = parseCertificationRequest(decodePem('CERTIFICATE REQUEST', pem)[0] ?? Buffer.of());
  expect(formatName(csr.subject)).toBe('CN=device-1');
  expect(challengePasswords(csr)).toEqual([CHALLENGE]);
});

it('gives scepclient a certificate file that no other client writes, since it would renew that', () => {
  const [, file = ''] = /scepclient [\s\S]* -certificate (\S+)/.exec(banner) ?? [];
  expect(file).toMatch(/\.pem$/);
  expect(banner.split(` ${file}`)).toHaveLength(2);
});

it('prints lines that set the environment variables of the AWS CLI', () => {
  const [, section = ''] = /\nAdminister [^\n]*\n\n([\s\S]*)$/.exec(banner) ?? [];
  const exports = section.split('\n').filter((line) => line.startsWith('  export '));
  const input = [...exports, 'env | grep ^AWS_ | sort'].join('\n');
  expect(
    execFileSync('bash', ['-e'], { input, env: { PATH: process.env['PATH'] } }).toString(),
  ).toBe(
    [
      'AWS_ACCESS_KEY_ID=AKIAEXAMPLE',
      'AWS_DEFAULT_REGION=us-east-1',
      'AWS_ENDPOINT_URL=http://127.0.0.1:8081',
      'AWS_SECRET_ACCESS_KEY=a/b+c',
      '',
    ].join('\n'),
  );
});
