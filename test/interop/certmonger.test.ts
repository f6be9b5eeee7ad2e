import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectIssued } from '../support/expect-issued.ts';
import { requireClient } from '../support/require-client.ts';
import { type CommandResult, runCommand } from '../support/run-command.ts';
import { type RunningConnector, startConnector } from '../support/start-connector.ts';
import { tempDirectory } from '../support/temp-directory.ts';

const HELPERS =
  ['/usr/lib/certmonger', '/usr/libexec/certmonger'].find((directory) => existsSync(directory)) ??
  '/usr/lib/certmonger';
const SCEP_SUBMIT = path.join(HELPERS, 'scep-submit');
const SESSION_DAEMON = path.join(HELPERS, 'certmonger-session');
const PROGRAMS = [SCEP_SUBMIT, SESSION_DAEMON, 'getcert', 'dbus-run-session', 'openssl'];

/** Runs `$REQUEST` in a session of its own with the CA `lab`, then shows what became of the request `r1`. */
const SESSION = `
  "$DAEMON" -n & daemon=$!
  trap 'kill $daemon; wait $daemon' EXIT
  until getcert list-cas -s >/dev/null 2>&1; do sleep 0.1; done
  getcert add-scep-ca -s -c lab -u "$URL"
  until getcert list-cas -s -c lab -v | grep -q 'SCEP CA certificate thumbprint'; do sleep 0.1; done
  getcert request -s -c lab -I r1 -k "$HOME/key.pem" -f "$HOME/certificate.pem" -L "$CHALLENGE" "$@" \\
    -w --wait-timeout 20
  getcert list -s -i r1
`;

// certmonger sends its PKIOperation by GET, even where POST is offered.
describe.runIf(requireClient('certmonger', PROGRAMS))('certmonger', () => {
  let connector: RunningConnector;
  beforeAll(async () => {
    connector = await startConnector();
  });

  function request(home: string, challenge: string, ...options: string[]): Promise<CommandResult> {
    return runCommand('dbus-run-session', ['--', 'bash', '-c', SESSION, 'session', ...options], {
      env: {
        HOME: home,
        DAEMON: SESSION_DAEMON,
        URL: connector.ready.scepUrl,
        CHALLENGE: challenge,
      },
      timeoutMs: 40_000,
    });
  }

  test('scep-submit reads the capabilities', async () => {
    const { code, stdout } = await runCommand(SCEP_SUBMIT, ['-u', connector.ready.scepUrl, '-c']);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toContain('AES');
    expect(stdout.split('\n')).toContain('POSTPKIOperation');
  });

  test('scep-submit tells the RA from the CA', async () => {
    const { code, stdout } = await runCommand(SCEP_SUBMIT, ['-u', connector.ready.scepUrl, '-C']);
    expect(code).toBe(0);
    const [ra = '', ca = ''] = stdout.split(/(?<=-----END CERTIFICATE-----\n)/);
    const directory = tempDirectory();
    writeFileSync(path.join(directory, 'ra.pem'), ra);
    const { stdout: verdict } = await runCommand('openssl', [
      ...['verify', '-CAfile', connector.ready.caCertificateFile, path.join(directory, 'ra.pem')],
    ]);
    expect(verdict).toMatch(/: OK$/m);
    expect(ca).not.toBe(ra);
  });

  test('the daemon enrols with AES-256 and SHA-256', async () => {
    const home = tempDirectory();
    const { stdout, stderr } = await request(
      home,
      connector.ready.challengePassword,
      ...['-N', 'CN=certmonger-1,O=Lab', '-D', 'certmonger-1.example'],
      ...['-u', 'digitalSignature', '-u', 'keyEncipherment', '-U', 'id-kp-clientAuth'],
    );
    expect(stdout, stderr).toContain('status: MONITORING');
    await expectIssued(path.join(home, 'certificate.pem'), connector.ready.caCertificateFile, {
      subject: 'O=Lab,CN=certmonger-1',
      subjectAltName: ['DNS:certmonger-1.example'],
      keyUsage: ['Digital Signature', 'Key Encipherment'],
      extendedKeyUsage: ['TLS Web Client Authentication'],
    });
  });

  test('the daemon reports a wrong challenge', async () => {
    const home = tempDirectory();
    const { stdout } = await request(home, 'wrong-challenge', '-N', 'CN=certmonger-2,O=Lab');
    expect(stdout).toContain('status: CA_REJECTED');
    // certmonger's words for failInfo badRequest.
    expect(stdout).toContain('Transaction either is not permitted or is not supported by server');
    expect(existsSync(path.join(home, 'certificate.pem'))).toBe(false);
  });
});
