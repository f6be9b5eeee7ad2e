import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  certificateSerial,
  certificateSubject,
  extensionValues,
  verifyChain,
} from '../support/clients/openssl.ts';
import { runCommand, runOrThrow } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
const DEVICE = ['--subject', 'CN=device,O=Lab', '--dns', 'd.example'];

/** Runs the real program as a device would, with the challenge in the environment. */
function run(
  { ready }: RunningConnector,
  command: string,
  args: readonly string[],
  challenge = ready.challengePassword,
) {
  const server = ['--url', ready.scepUrl, '--ca-fingerprint', ready.caFingerprintSha256];
  return runCommand(process.execPath, [MAIN, command, ...server, ...args], {
    env: { SCEP_CHALLENGE: challenge },
  });
}

function filesIn(out: string) {
  return { certificate: path.join(out, 'certificate.pem'), key: path.join(out, 'key.pem') };
}

function holderArgs(out: string): string[] {
  const { certificate, key } = filesIn(out);
  return ['--certificate', certificate, '--key', key];
}

async function publicKeyOf(certificate: string): Promise<string> {
  return (await runOrThrow('openssl', ['x509', '-in', certificate, '-noout', '-pubkey'])).stdout;
}

describe('a device that has a certificate', () => {
  let connector: RunningConnector;
  let device: string;

  beforeAll(async () => {
    connector = await startConnector();
    device = tempDirectory();
    const { code } = await run(connector, 'enrol', [...DEVICE, '--out', device]);
    expect(code).toBe(0);
  });

  it.each([
    { name: 'RenewalReq', args: [], sameKey: false },
    { name: 'PKCSReq', args: ['--as-pkcs-req'], sameKey: false },
    { name: 'RenewalReq for the same key', args: ['--same-key'], sameKey: true },
  ])('renews by $name, without the challenge', async ({ args, sameKey }) => {
    const out = tempDirectory();
    const result = await run(
      connector,
      'renew',
      [...holderArgs(device), ...args, '--out', out],
      '',
    );
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const [old, renewed] = [filesIn(device).certificate, filesIn(out).certificate];
    expect(await verifyChain(renewed, connector.ready.caCertificateFile)).toMatch(/OK$/);
    expect(await certificateSubject(renewed)).toBe('CN=device,O=Lab');
    expect(await extensionValues(renewed, 'subjectAltName')).toEqual(['DNS:d.example']);
    expect(await certificateSerial(renewed)).not.toBe(await certificateSerial(old));
    expect((await publicKeyOf(renewed)) === (await publicKeyOf(old))).toBe(sameKey);
  });

  it('gets the same renewed certificate again when the answer was lost', async () => {
    const [first, second] = [tempDirectory(), tempDirectory()] as const;
    await run(connector, 'renew', [...holderArgs(device), '--out', first], '');
    const again = ['--new-key', filesIn(first).key, '--out', second];
    const result = await run(connector, 'renew', [...holderArgs(device), ...again], '');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(filesIn(second).certificate, 'utf8')).toBe(
      readFileSync(filesIn(first).certificate, 'utf8'),
    );
  });

  it('gets its certificate by the serial number, and no other certificate', async () => {
    const { certificate } = filesIn(device);
    const serial = await certificateSerial(certificate);
    const result = await run(connector, 'get-certificate', [
      ...holderArgs(device),
      ...['--serial', serial],
    ]);
    expect(result).toMatchObject({
      code: 0,
      stderr: '',
      stdout: readFileSync(certificate, 'utf8'),
    });
    const other = await run(connector, 'get-certificate', [
      ...holderArgs(device),
      ...['--serial', '0123456789ABCDEF'],
    ]);
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toMatch(/^refused: badCertId: /);
  });

  it('gets the CRL, which openssl verifies', async () => {
    const crl = path.join(tempDirectory(), 'ca.crl');
    const result = await run(connector, 'get-crl', [...holderArgs(device), '--out', crl]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const { stderr } = await runOrThrow('openssl', [
      ...['crl', '-in', crl, '-noout', '-CAfile', connector.ready.caCertificateFile],
    ]);
    expect(stderr).toContain('verify OK');
  });

  it('gets the next RA once a rollover is announced, and enrols with the current one', async () => {
    const none = await run(connector, 'get-next-ca', []);
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toMatch(/HTTP 404/);
    await runOrThrow(process.execPath, [
      ...[MAIN, 'ra', 'rotate', '--data-dir', connector.dataDir, '--active-in', '1h'],
    ]);
    const next = path.join(tempDirectory(), 'next.pem');
    expect(await run(connector, 'get-next-ca', ['--out', next])).toMatchObject({ code: 0 });
    expect(await verifyChain(next, connector.ready.caCertificateFile)).toMatch(/OK$/);
    const result = await run(connector, 'enrol', [...DEVICE, '--out', tempDirectory()]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a CA that takes its time', () => {
  it('leaves a request pending until poll gets the certificate', async () => {
    const connector = await startConnector({ args: ['--ca-delay', '6'] });
    const out = tempDirectory();
    const pending = await run(connector, 'enrol', [...DEVICE, '--out', out, '--poll-limit', '0']);
    expect(pending).toMatchObject({ code: 3, stdout: '' });
    expect(pending.stderr).toMatch(/^pending: /);
    const { certificate, key } = filesIn(out);
    const result = await run(connector, 'poll', [
      ...['--csr', path.join(out, 'request.csr'), '--key', key, '--out', out],
      ...['--poll-interval', '1', '--poll-limit', '100'],
    ]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(await verifyChain(certificate, connector.ready.caCertificateFile)).toMatch(/OK$/);
  });
});
