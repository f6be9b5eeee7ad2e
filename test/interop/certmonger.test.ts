import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  CERTMONGER_PROGRAMS,
  requestByCertmonger,
  SCEP_SUBMIT,
} from '../support/clients/certmonger-session.ts';
import { expectIssued } from '../support/clients/expect-issued.ts';
import { certificateSerial } from '../support/clients/openssl.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { runCommand } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

// certmonger sends its PKIOperation by GET, even where POST is offered.
describe.runIf(requireClient('certmonger', CERTMONGER_PROGRAMS))('certmonger', () => {
  let connector: RunningConnector;
  beforeAll(async () => {
    connector = await startConnector();
  });

  it('scep-submit reads the capabilities', async () => {
    const { code, stdout } = await runCommand(SCEP_SUBMIT, ['-u', connector.ready.scepUrl, '-c']);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toContain('AES');
    expect(stdout.split('\n')).toContain('POSTPKIOperation');
  });

  it('scep-submit tells the RA from the CA', async () => {
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

  it('the daemon enrols with AES-256 and SHA-256', async () => {
    const home = tempDirectory();
    const { stdout, stderr } = await requestByCertmonger(
      connector,
      home,
      connector.ready.challengePassword,
      [
        ...['-N', 'CN=certmonger-1,O=Lab', '-D', 'certmonger-1.example'],
        ...['-u', 'digitalSignature', '-u', 'keyEncipherment', '-U', 'id-kp-clientAuth'],
      ],
    );
    expect(stdout, stderr).toContain('status: MONITORING');
    await expectIssued(path.join(home, 'certificate.pem'), connector.ready.caCertificateFile, {
      subject: 'O=Lab,CN=certmonger-1',
      subjectAltName: ['DNS:certmonger-1.example'],
      keyUsage: ['Digital Signature', 'Key Encipherment'],
      extendedKeyUsage: ['TLS Web Client Authentication'],
    });
  });

  it('the daemon renews, by resubmit with the same key and by rekey with another', async () => {
    const home = tempDirectory();
    const names = ['-N', 'CN=certmonger-3,O=Lab', '-D', 'certmonger-3.example'];
    const { stdout, stderr } = await requestByCertmonger(
      connector,
      home,
      connector.ready.challengePassword,
      names,
      ['resubmit', 'rekey'],
    );
    expect(stdout, stderr).toContain('status: MONITORING');
    const file = (name: string) => path.join(home, name);
    const certificates = ['before-resubmit.pem', 'before-rekey.pem', 'certificate.pem'].map(file);
    for (const certificate of certificates) {
      await expectIssued(certificate, connector.ready.caCertificateFile, {
        subject: 'O=Lab,CN=certmonger-3',
        subjectAltName: ['DNS:certmonger-3.example'],
      });
    }
    expect(new Set(await Promise.all(certificates.map(certificateSerial))).size).toBe(3);
    const [first, resubmitted, rekeyed] = [
      'before-resubmit.key',
      'before-rekey.key',
      'key.pem',
    ].map((name) => readFileSync(file(name), 'utf8'));
    expect(resubmitted).toBe(first);
    expect(rekeyed).not.toBe(resubmitted);
  });

  it('the daemon reports a wrong challenge', async () => {
    const home = tempDirectory();
    const { stdout } = await requestByCertmonger(connector, home, 'wrong-challenge', [
      '-N',
      'CN=certmonger-2,O=Lab',
    ]);
    expect(stdout).toContain('status: CA_REJECTED');
    // certmonger's text for failInfo badRequest.
    expect(stdout).toContain('Transaction either is not permitted or is not supported by server');
    expect(existsSync(path.join(home, 'certificate.pem'))).toBe(false);
  });
});
