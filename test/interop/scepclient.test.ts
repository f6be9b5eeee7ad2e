import { copyFileSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectIssued } from '../support/clients/expect-issued.ts';
import { loggedOperations } from '../support/clients/logged-operations.ts';
import { certificateSerial, makeRequest } from '../support/clients/openssl.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { type CommandResult, runCommand } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

// micromdm scepclient sends single DES and SHA-1 whatever the server offers.
describe.runIf(requireClient('scepclient', ['scepclient', 'openssl']))('scepclient', () => {
  let connector: RunningConnector;
  beforeAll(async () => {
    connector = await startConnector();
  });

  function enrol(directory: string, challenge: string, ...more: string[]): Promise<CommandResult> {
    return runCommand(
      'scepclient',
      [
        ...['-private-key', path.join(directory, 'key.pem'), '-keySize', '2048'],
        ...['-server-url', connector.ready.scepUrl, '-challenge', challenge],
        ...['-cn', 'scepclient-1', '-organization', 'Lab', '-ou', 'Devices', '-country', 'US'],
        ...['-debug', ...more],
      ],
      { cwd: directory },
    );
  }

  it('enrols with a request that it makes itself', async () => {
    const directory = tempDirectory();
    const { code, stderr, stdout } = await enrol(directory, connector.ready.challengePassword);
    expect(code, stdout + stderr).toBe(0);
    await expectIssued(path.join(directory, 'client.pem'), connector.ready.caCertificateFile, {
      subject: 'CN=scepclient-1,OU=Devices,O=Lab,C=US',
      extendedKeyUsage: ['TLS Web Client Authentication'],
    });
  });

  it('enrols with a prepared request and gets what the request asks for', async () => {
    const directory = tempDirectory();
    const { keyFile, requestFile } = await makeRequest(directory, 'prepared', {
      subject: '/C=US/O=Lab/CN=prepared',
      subjectAltName: 'DNS:prepared.example,IP:192.0.2.7',
      keyUsage: 'critical,digitalSignature,keyEncipherment',
      extendedKeyUsage: 'serverAuth,clientAuth',
      challengePassword: connector.ready.challengePassword,
    });
    copyFileSync(keyFile, path.join(directory, 'key.pem'));
    copyFileSync(requestFile, path.join(directory, 'csr.pem'));
    const { code, stderr, stdout } = await enrol(directory, connector.ready.challengePassword);
    expect(code, stdout + stderr).toBe(0);
    await expectIssued(path.join(directory, 'client.pem'), connector.ready.caCertificateFile, {
      subject: 'CN=prepared,O=Lab,C=US',
      subjectAltName: ['DNS:prepared.example', 'IP Address:192.0.2.7'],
      keyUsage: ['Digital Signature', 'Key Encipherment'],
      extendedKeyUsage: ['TLS Web Server Authentication', 'TLS Web Client Authentication'],
    });
  });

  it('gets the same certificate for the same request', async () => {
    const [first, second] = [tempDirectory(), tempDirectory()];
    await enrol(first, connector.ready.challengePassword);
    for (const file of ['key.pem', 'csr.pem']) {
      copyFileSync(path.join(first, file), path.join(second, file));
    }
    await enrol(second, connector.ready.challengePassword);
    expect(await certificateSerial(path.join(second, 'client.pem'))).toBe(
      await certificateSerial(path.join(first, 'client.pem')),
    );
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
    await expectIssued(file('client.pem'), connector.ready.caCertificateFile, {
      subject: 'CN=scepclient-1,OU=Devices,O=Lab,C=US',
    });
    expect(await certificateSerial(file('client.pem'))).not.toBe(first);
  });

  it('reports a wrong challenge as badRequest', async () => {
    const directory = tempDirectory();
    const { code, stderr, stdout } = await enrol(directory, 'wrong-challenge');
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/badRequest/i);
    expect(existsSync(path.join(directory, 'client.pem'))).toBe(false);
  });
});
