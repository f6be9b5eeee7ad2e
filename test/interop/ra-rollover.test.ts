import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectIssued } from '../support/clients/expect-issued.ts';
import { certificateSerial } from '../support/clients/openssl.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { runCommand, runOrThrow } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
let server: RunningConnector;

beforeAll(async () => {
  server = await startConnector();
});

const rotate = () =>
  runOrThrow(process.execPath, [MAIN, 'ra', 'rotate', '--data-dir', server.dataDir]);

describe.runIf(requireClient('strongSwan', ['pki', 'openssl']))('strongSwan pki --scep', () => {
  const directory = tempDirectory();
  const pki = (...args: string[]) =>
    runCommand('pki', [...args, '--url', server.ready.scepUrl, '--outform', 'pem'], {
      cwd: directory,
    });
  const fetchRa = () => pki('--scepca', '--force', '--caout', 'ca.pem', '--raout', 'ra.pem');

  async function expectEnrolled(name: string): Promise<void> {
    const key = `${name}.key`;
    await runOrThrow('openssl', ['genrsa', '-traditional', '-out', key, '2048'], {
      cwd: directory,
    });
    const { code, stdout, stderr } = await pki(
      ...['--scep', '--in', key, '--dn', `CN=${name}`],
      ...['--password', server.ready.challengePassword],
      ...['--cacert-enc', 'ra.pem', '--cacert-sig', 'ca.pem'],
    );
    expect(code, stderr).toBe(0);
    const file = path.join(directory, `${name}.pem`);
    writeFileSync(file, stdout);
    await expectIssued(file, server.ready.caCertificateFile, { subject: `CN=${name}` });
  }

  it('enrols with the RA certificate from before the rotation, then with the new one', async () => {
    await fetchRa();
    await rotate();
    await expectEnrolled('old-ra');
    await fetchRa();
    await expectEnrolled('new-ra');
  });
});

describe.runIf(requireClient('scepclient', ['scepclient']))('scepclient', () => {
  it('enrols before the rotation and renews after it', async () => {
    const directory = tempDirectory();
    const file = (name: string) => path.join(directory, name);
    const run = (challenge: string) =>
      runCommand(
        'scepclient',
        [
          ...['-private-key', file('key.pem'), '-keySize', '2048', '-cn', 'rollover'],
          ...['-server-url', server.ready.scepUrl, '-challenge', challenge],
        ],
        { cwd: directory },
      );
    const first = await run(server.ready.challengePassword);
    expect(first.code, first.stderr).toBe(0);
    const serial = await certificateSerial(file('client.pem'));
    rmSync(file('csr.pem'));
    await rotate();
    const second = await run('');
    expect(second.code, second.stderr).toBe(0);
    expect(await certificateSerial(file('client.pem'))).not.toBe(serial);
  });
});
