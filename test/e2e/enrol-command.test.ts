import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  certificateSerial,
  certificateSubject,
  extensionValues,
  makeRequest,
  verifyChain,
} from '../support/clients/openssl.ts';
import { runCommand, runOrThrow } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
let connector: RunningConnector;

beforeAll(async () => {
  connector = await startConnector();
});

/** Runs the real program as a device would, with the challenge in the environment. */
function enrol(out: string, args: readonly string[], challenge?: string) {
  const { scepUrl, caFingerprintSha256, challengePassword } = connector.ready;
  return runCommand(
    process.execPath,
    [
      MAIN,
      'enrol',
      '--url',
      scepUrl,
      '--out',
      out,
      '--ca-fingerprint',
      caFingerprintSha256,
      ...args,
    ],
    { env: { SCEP_CHALLENGE: challenge ?? challengePassword } },
  );
}

describe('scep-connector enrol against scep-connector dev', () => {
  it.each(['get', 'post'])('gets by %s the certificate that it asked for', async (method) => {
    const out = tempDirectory();
    const certificate = path.join(out, 'certificate.pem');
    const names = ['--dns', 'd.example', '--ip', '192.0.2.7', '--email', 'a@example.com'];
    const result = await enrol(out, [
      ...['--subject', 'CN=device-1,O=Lab,C=US', '--method', method, ...names],
      ...['--uri', 'urn:device:1', '--extended-key-usage', 'clientAuth,serverAuth'],
    ]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain(`serial      ${await certificateSerial(certificate)}`);
    expect(await verifyChain(certificate, connector.ready.caCertificateFile)).toMatch(/OK$/);
    expect(
      await verifyChain(certificate, path.join(out, 'ca.pem'), path.join(out, 'chain.pem')),
    ).toMatch(/OK$/);
    expect(await certificateSubject(certificate)).toBe('CN=device-1,O=Lab,C=US');
    expect(await extensionValues(certificate, 'subjectAltName')).toEqual([
      ...['DNS:d.example', 'IP Address:192.0.2.7', 'email:a@example.com', 'URI:urn:device:1'],
    ]);
    expect(await extensionValues(certificate, 'keyUsage')).toEqual([
      ...['Digital Signature', 'Key Encipherment'],
    ]);
    expect(await extensionValues(certificate, 'extendedKeyUsage')).toEqual([
      ...['TLS Web Client Authentication', 'TLS Web Server Authentication'],
    ]);
    const keyOf = (args: readonly string[]) => runOrThrow('openssl', args);
    const [ours, theirs] = await Promise.all([
      keyOf(['pkey', '-in', path.join(out, 'key.pem'), '-pubout']),
      keyOf(['x509', '-in', certificate, '-noout', '-pubkey']),
    ]);
    expect(theirs.stdout).toBe(ours.stdout);
  });

  it.each(['aes256', '3des'])('enrols with the cipher %s', async (cipher) => {
    const result = await enrol(tempDirectory(), ['--subject', 'CN=c', '--cipher', cipher]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });

  it.each(['sha1', 'sha384', 'sha512'])('enrols with the digest %s', async (digest) => {
    const result = await enrol(tempDirectory(), ['--subject', 'CN=d', '--digest', digest]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });

  it('gets clientAuth when it asks for no purpose, and the validity that it asks for', async () => {
    const out = tempDirectory();
    await enrol(out, ['--subject', 'CN=device-2', '--validity-days', '30', '--json']);
    const certificate = path.join(out, 'certificate.pem');
    expect(await extensionValues(certificate, 'extendedKeyUsage')).toEqual([
      'TLS Web Client Authentication',
    ]);
    const ends = (seconds: number) =>
      runCommand('openssl', ['x509', '-in', certificate, '-noout', '-checkend', String(seconds)]);
    expect((await ends(29 * 86_400)).code).toBe(0);
    expect((await ends(31 * 86_400)).code).toBe(1);
  });

  it('gets the same certificate again when the first answer was lost', async () => {
    const out = tempDirectory();
    const [certificate, chain, key] = ['certificate.pem', 'chain.pem', 'key.pem'].map((name) =>
      path.join(out, name),
    ) as [string, string, string];
    expect((await enrol(out, ['--subject', 'CN=device-3'])).code).toBe(0);
    const first = readFileSync(certificate, 'utf8');
    for (const file of [certificate, chain]) rmSync(file);
    expect(await enrol(out, ['--subject', 'CN=device-3', '--key', key])).toMatchObject({
      ...{ code: 0, stderr: '' },
    });
    expect(readFileSync(certificate, 'utf8')).toBe(first);
  });

  it('sends a request that openssl made', async () => {
    const out = tempDirectory();
    const { keyFile, requestFile } = await makeRequest(tempDirectory(), 'ready', {
      ...{ subject: '/CN=ready', challengePassword: connector.ready.challengePassword },
    });
    const result = await enrol(out, ['--csr', requestFile, '--key', keyFile]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(await certificateSubject(path.join(out, 'certificate.pem'))).toBe('CN=ready');
  });

  it('exits with 1 and prints the server’s answer to a wrong challenge', async () => {
    const out = tempDirectory();
    const { code, stdout, stderr } = await enrol(out, ['--subject', 'CN=x'], 'wrong-guess');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^refused: badRequest: .*challenge password/);
    expect(stderr).not.toContain('wrong-guess');
    expect(existsSync(path.join(out, 'certificate.pem'))).toBe(false);
  });

  it('exits with 1 and one line when the CA is another or nothing listens', async () => {
    const pin = await enrol(tempDirectory(), [
      ...['--subject', 'CN=x', '--ca-fingerprint', '00'.repeat(32)],
    ]);
    const nobody = await enrol(tempDirectory(), [
      ...['--subject', 'CN=x', '--url', 'http://127.0.0.1:1/scep/path'],
    ]);
    for (const { code, stdout, stderr } of [pin, nobody]) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  it('exits with 2 and one line for wrong usage', async () => {
    for (const args of [[], ['--subject', 'no name'], ['--subject', 'CN=x', '--method', 'put']]) {
      const { code, stdout, stderr } = await enrol(tempDirectory(), args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });
});
