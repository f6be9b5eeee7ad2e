import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectIssued } from '../support/clients/expect-issued.ts';
import { certificateSerial } from '../support/clients/openssl.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { type CommandResult, runCommand, runOrThrow } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
const BUILT = path.join(import.meta.dirname, 'jscep/target');
const CLASSES = path.join(BUILT, 'classes');
const CLASSPATH = [CLASSES, path.join(BUILT, 'dependency/*')].join(path.delimiter);
const PROGRAMS = ['java', 'openssl', path.join(CLASSES, 'JscepClient.class')];

/** The exit codes of JscepClient. */
const SUCCESS = 0;
const FAILURE = 2;
const PENDING = 3;

// jscep sends BER of indefinite length, finds the RA by its key usage, and insists on fresh nonces.
describe.runIf(requireClient('jscep', PROGRAMS, 'test/soak/install.sh'))('jscep', () => {
  let connector: RunningConnector;
  let directory: string;
  beforeAll(async () => {
    connector = await startConnector();
    directory = tempDirectory();
  });

  function jscep(operation: string, ...more: string[]): Promise<CommandResult> {
    return jscepAt(connector.ready.scepUrl, directory, operation, ...more);
  }

  async function enrol(name: string): Promise<void> {
    const challenge = connector.ready.challengePassword;
    const { code, stdout, stderr } = await jscep('enrol', name, `CN=${name},O=Lab`, challenge);
    expect(code, stdout + stderr).toBe(SUCCESS);
  }

  const file = (name: string) => path.join(directory, name);

  it('enrols', async () => {
    await enrol('enrolled');
    await expectIssued(file('enrolled-issued.pem'), connector.ready.caCertificateFile, {
      subject: 'CN=enrolled,O=Lab',
      subjectAltName: ['DNS:enrolled.example'],
      extendedKeyUsage: ['TLS Web Client Authentication'],
    });
  });

  it('reports a wrong challenge as badRequest', async () => {
    const { code, stdout } = await jscep('enrol', 'wrong', 'CN=wrong,O=Lab', 'wrong-challenge');
    expect(code).toBe(FAILURE);
    expect(stdout.trim()).toBe('badRequest');
    expect(existsSync(file('wrong-issued.pem'))).toBe(false);
  });

  it('renews by a PKCSReq that the old certificate signs', async () => {
    await enrol('old');
    const { code, stdout, stderr } = await jscep('renew', 'old', 'new');
    expect(code, stdout + stderr).toBe(SUCCESS);
    await expectIssued(file('new-issued.pem'), connector.ready.caCertificateFile, {
      subject: 'CN=old,O=Lab',
      subjectAltName: ['DNS:old.example'],
    });
    const serials = ['old', 'new'].map((name) => certificateSerial(file(`${name}-issued.pem`)));
    expect(new Set(await Promise.all(serials)).size).toBe(2);
  });

  it('fetches its own certificate only, by GetCert', async () => {
    await enrol('owner');
    await enrol('other');
    const serial = await certificateSerial(file('owner-issued.pem'));
    const { code, stdout, stderr } = await jscep('get-certificate', 'owner', serial);
    expect(code, stdout + stderr).toBe(SUCCESS);
    expect(await certificateSerial(file('owner-found.pem'))).toBe(serial);
    const foreign = await jscep('get-certificate', 'other', serial);
    expect(foreign.code).toBe(FAILURE);
    expect(foreign.stdout.trim()).toBe('badCertId');
  });

  it('fetches the revocation list by GetCRL', async () => {
    await enrol('reader');
    const { code, stdout, stderr } = await jscep('get-crl', 'reader');
    expect(code, stdout + stderr).toBe(SUCCESS);
    const verdict = await runCommand('openssl', [
      ...['crl', '-in', file('reader.crl'), '-noout', '-verify'],
      ...['-CAfile', connector.ready.caCertificateFile],
    ]);
    expect(verdict.stderr).toContain('verify OK');
  });
});

describe.runIf(requireClient('jscep', PROGRAMS, 'test/soak/install.sh'))(
  'jscep where the CA is slow',
  () => {
    it('polls until its certificate is issued', async () => {
      // Longer than a busy machine stands still. Otherwise the first answer could be the
      // certificate.
      const connector = await startConnector({ args: ['--ca-delay', '20'] });
      const { scepUrl, challengePassword, caCertificateFile } = connector.ready;
      const directory = tempDirectory();
      const subject = 'CN=patient,O=Lab';
      const enrol = ['enrol', 'patient', subject, challengePassword] as const;
      expect((await jscepAt(scepUrl, directory, ...enrol)).code).toBe(PENDING);
      let polled = await jscepAt(scepUrl, directory, 'poll', 'patient', subject);
      while (polled.code === PENDING) {
        polled = await jscepAt(scepUrl, directory, 'poll', 'patient', subject);
      }
      expect(polled.code, polled.stdout + polled.stderr).toBe(SUCCESS);
      const issued = path.join(directory, 'patient-issued.pem');
      await expectIssued(issued, caCertificateFile, { subject });
      const again = await jscepAt(scepUrl, directory, 'poll', 'patient', subject);
      expect(again.code, again.stdout + again.stderr).toBe(SUCCESS);
    });
  },
);

describe.runIf(requireClient('jscep', PROGRAMS, 'test/soak/install.sh'))(
  'jscep where the RA is about to change',
  () => {
    it('fetches the next certificates by GetNextCACert', async () => {
      const connector = await startConnector();
      const rotate = ['ra', 'rotate', '--data-dir', connector.dataDir, '--active-in', '7d'];
      await runOrThrow(process.execPath, [MAIN, ...rotate]);
      const directory = tempDirectory();
      const { code, stderr } = await jscepAt(connector.ready.scepUrl, directory, 'get-next-ca');
      expect(code, stderr).toBe(SUCCESS);
      expect(readdirSync(directory)).toEqual(['next.pem']);
      await runOrThrow('openssl', ['x509', '-in', path.join(directory, 'next.pem'), '-noout']);
    });
  },
);

function jscepAt(url: string, directory: string, ...operation: string[]): Promise<CommandResult> {
  return runCommand('java', ['-cp', CLASSPATH, 'JscepClient', url, directory, ...operation], {
    timeoutMs: 120_000,
  });
}
