// The reply cannot be encrypted to an EC key, so it is encrypted under the challenge password (RFC
// 8894 section 3.1).
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import {
  certificateSerial,
  certificateText,
  extensionValues,
  verifyChain,
} from '../support/clients/openssl.ts';
import { runCommand } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
let connector: RunningConnector;

beforeAll(async () => {
  connector = await startConnector();
});

function enrol(out: string, args: readonly string[], challenge?: string) {
  const { scepUrl, caFingerprintSha256, challengePassword } = connector.ready;
  const server = ['--url', scepUrl, '--ca-fingerprint', caFingerprintSha256];
  return runCommand(process.execPath, [MAIN, 'enrol', ...server, '--out', out, ...args], {
    env: { SCEP_CHALLENGE: challenge ?? challengePassword },
  });
}

it.each([
  ['ec:P-256', 'P-256'],
  ['ec:P-384', 'P-384'],
  ['ec:P-521', 'P-521'],
])('gets a certificate for the curve %s that openssl accepts', async (algorithm, curve) => {
  const out = tempDirectory();
  const certificate = path.join(out, 'certificate.pem');
  const args = ['--subject', 'CN=ec-device', '--key-algorithm', algorithm];
  expect(await enrol(out, args)).toMatchObject({ code: 0, stderr: '' });
  expect(await verifyChain(certificate, connector.ready.caCertificateFile)).toMatch(/OK$/);
  expect(await certificateText(certificate)).toContain(`NIST CURVE: ${curve}`);
  expect(await extensionValues(certificate, 'keyUsage')).toEqual(['Digital Signature']);
});

it('gets the same certificate again for the same request', async () => {
  const out = tempDirectory();
  const certificate = path.join(out, 'certificate.pem');
  const subject = ['--subject', 'CN=ec-device-again'];
  expect((await enrol(out, [...subject, '--key-algorithm', 'ec:P-256'])).code).toBe(0);
  const serial = await certificateSerial(certificate);
  const again = [...subject, '--key', path.join(out, 'key.pem'), '--force'];
  expect((await enrol(out, again)).code).toBe(0);
  expect(await certificateSerial(certificate)).toBe(serial);
});

it('a wrong challenge is refused, and no certificate written', async () => {
  const out = tempDirectory();
  const args = ['--subject', 'CN=thief', '--key-algorithm', 'ec:P-256'];
  const refused = await enrol(out, args, 'wrong');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('badRequest');
  expect(readdirSync(out)).not.toContain('certificate.pem');
});
