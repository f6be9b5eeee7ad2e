import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CERTMONGER_PROGRAMS, requestByCertmonger } from '../support/clients/certmonger-session.ts';
import { expectIssued } from '../support/clients/expect-issued.ts';
import { loggedOperations } from '../support/clients/logged-operations.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { type CommandResult, runCommand, runOrThrow } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

/**
 * How long the CA takes: more than the 2 s that the development connector waits before it answers
 * PENDING.
 */
const CA_DELAY_SECONDS = '6';

const PROGRAMS = ['scepclient', 'pki', ...CERTMONGER_PROGRAMS];

// All clients run at the same time, since they only wait.
describe.runIf(requireClient('scepclient, strongSwan, certmonger', PROGRAMS))(
  'a CA that takes longer than a client can wait',
  () => {
    let connector: RunningConnector;
    beforeAll(async () => {
      connector = await startConnector({ args: ['--ca-delay', CA_DELAY_SECONDS] });
    });

    const answers = (messageType: string) =>
      loggedOperations(connector)
        .filter((operation) => operation.messageType === messageType)
        .map(({ status }) => status);

    // Uses the test's own expect. The module's does not know which of the concurrent tests polls.
    it.concurrent('strongSwan polls by CertPoll', async ({ expect }) => {
      const cwd = tempDirectory();
      const { scepUrl, challengePassword, caCertificateFile } = connector.ready;
      const caFiles = ['--caout', 'ca.pem', '--raout', 'ra.pem', '--outform', 'pem'];
      await runOrThrow('pki', ['--scepca', '--url', scepUrl, ...caFiles], { cwd });
      await runOrThrow('openssl', ['genrsa', '-traditional', '-out', 'key.pem', '2048'], { cwd });
      const { code, stdout, stderr } = await runCommand(
        'pki',
        [
          ...['--scep', '--url', scepUrl, '--in', 'key.pem', '--dn', 'O=Lab, CN=patient'],
          ...['--password', challengePassword, '--cacert-enc', 'ra.pem', '--cacert-sig', 'ca.pem'],
          ...['--interval', '2', '--maxpolltime', '120', '--outform', 'pem'],
        ],
        { cwd, timeoutMs: 150_000 },
      );
      expect(code, stderr).toBe(0);
      const issued = path.join(cwd, 'issued.pem');
      writeFileSync(issued, stdout);
      await expectIssued(issued, caCertificateFile, { subject: 'CN=patient,O=Lab' });
      await expect.poll(() => answers('20').at(-1)).toBe('SUCCESS');
    });

    it.concurrent('scepclient polls by sending its request again', async () => {
      const directory = tempDirectory();
      const { scepUrl, challengePassword, caCertificateFile } = connector.ready;
      const { code, stdout, stderr }: CommandResult = await runCommand(
        'scepclient',
        [
          ...['-private-key', path.join(directory, 'key.pem'), '-keySize', '2048'],
          ...['-server-url', scepUrl, '-challenge', challengePassword],
          ...['-cn', 'scepclient-1', '-organization', 'Lab', '-ou', 'Devices', '-country', 'US'],
        ],
        { cwd: directory, timeoutMs: 150_000 },
      );
      expect(code, stdout + stderr).toBe(0);
      const issued = path.join(directory, 'client.pem');
      expect(existsSync(issued), readdirSync(directory).join()).toBe(true);
      await expectIssued(issued, caCertificateFile, {
        subject: 'CN=scepclient-1,OU=Devices,O=Lab,C=US',
      });
    });

    // On `getcert resubmit` it would send a new request, with another subjectKeyIdentifier.
    it.concurrent('certmonger polls by sending its request again', async () => {
      const home = tempDirectory();
      const names = ['-N', 'CN=certmonger-1,O=Lab'];
      const { challengePassword, caCertificateFile } = connector.ready;
      const { stdout, stderr } = await requestByCertmonger(
        connector,
        home,
        challengePassword,
        names,
      );
      expect(stdout, stderr).toContain('status: MONITORING');
      const issued = path.join(home, 'certificate.pem');
      await expectIssued(issued, caCertificateFile, { subject: 'O=Lab,CN=certmonger-1' });
    });
  },
);
