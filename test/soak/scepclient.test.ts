import { rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectIssued } from '../support/clients/expect-issued.ts';
import { loggedOperations } from '../support/clients/logged-operations.ts';
import { certificateSerial } from '../support/clients/openssl.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { type CommandResult, runCommand } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const SCEPCLIENT = path.resolve(import.meta.dirname, '../../.cache/go/bin/scepclient');
const isThere = requireClient('the newest scepclient', [SCEPCLIENT], 'test/soak/install.sh');

// Debian's scepclient is years older and uses another CMS library.
describe.runIf(isThere)('the newest micromdm scepclient', () => {
  let connector: RunningConnector;
  beforeAll(async () => {
    connector = await startConnector();
  });

  function enrol(directory: string, challenge: string, ...more: string[]): Promise<CommandResult> {
    return runCommand(
      SCEPCLIENT,
      [
        ...[
          '-private-key',
          path.join(directory, 'key.pem'),
          '-server-url',
          connector.ready.scepUrl,
        ],
        ...[
          '-challenge',
          challenge,
          '-cn',
          'scepclient-1',
          '-organization',
          'Lab',
          '-ou',
          'Devices',
        ],
        ...['-dnsname', 'scepclient-1.example', '-debug', ...more],
      ],
      { cwd: directory, timeoutMs: 60_000 },
    );
  }

  const expected = {
    subject: 'CN=scepclient-1,OU=Devices,O=Lab,C=US',
    subjectAltName: ['DNS:scepclient-1.example'],
    extendedKeyUsage: ['TLS Web Client Authentication'],
  };

  it.each([
    ['to every certificate of GetCACert', []],
    ['to the one for key encipherment', ['-key-encipherment-selector']],
  ])('enrols, with encryption %s', async (_name, options) => {
    const directory = tempDirectory();
    const challenge = connector.ready.challengePassword;
    const { code, stdout, stderr } = await enrol(directory, challenge, ...options);
    expect(code, stdout + stderr).toBe(0);
    const issued = path.join(directory, 'client.pem');
    await expectIssued(issued, connector.ready.caCertificateFile, expected);
  });

  it('renews with its old certificate and key by a RenewalReq, without the challenge', async () => {
    const directory = tempDirectory();
    const file = (name: string) => path.join(directory, name);
    await enrol(directory, connector.ready.challengePassword);
    const first = await certificateSerial(file('client.pem'));
    // scepclient would send the old request again, with the challenge in it.
    rmSync(file('csr.pem'));
    const { code, stdout, stderr } = await enrol(directory, '');
    expect(code, stdout + stderr).toBe(0);
    await expect
      .poll(() => loggedOperations(connector).at(-1))
      .toMatchObject({ messageType: '17', status: 'SUCCESS' });
    await expectIssued(file('client.pem'), connector.ready.caCertificateFile, expected);
    expect(await certificateSerial(file('client.pem'))).not.toBe(first);
  });

  it('reports a wrong challenge as badRequest', async () => {
    const { code, stdout, stderr } = await enrol(tempDirectory(), 'wrong-challenge');
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/badRequest/i);
  });
});
