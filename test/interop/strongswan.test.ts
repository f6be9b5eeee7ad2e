import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectIssued } from '../support/clients/expect-issued.ts';
import { loggedOperations } from '../support/clients/logged-operations.ts';
import { certificateSerial } from '../support/clients/openssl.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { type CommandResult, runCommand, runOrThrow } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

describe.runIf(requireClient('strongSwan', ['pki', 'openssl']))('strongSwan pki --scep', () => {
  let connector: RunningConnector;
  let directory: string;
  beforeAll(async () => {
    connector = await startConnector();
    directory = tempDirectory();
    await runOrThrow(
      'pki',
      [
        ...['--scepca', '--url', connector.ready.scepUrl, '--outform', 'pem', '--force'],
        ...['--caout', 'ca.pem', '--raout', 'ra.pem'],
      ],
      { cwd: directory },
    );
  });

  async function enrol(name: string, challenge: string, ...more: string[]): Promise<CommandResult> {
    await runOrThrow('openssl', ['genrsa', '-traditional', '-out', `${name}.key`, '2048'], {
      cwd: directory,
    });
    const result = await request(name, challenge, ...more);
    writeFileSync(path.join(directory, `${name}.pem`), result.stdout);
    return result;
  }

  /** Sends a request for the existing key. */
  function request(name: string, challenge: string, ...more: string[]): Promise<CommandResult> {
    return runCommand(
      'pki',
      [
        ...['--scep', '--url', connector.ready.scepUrl, '--in', `${name}.key`],
        ...['--dn', `C=US, O=Lab, CN=${name}`, '--san', `${name}.example`],
        ...['--password', challenge, '--cacert-enc', 'ra.pem', '--cacert-sig', 'ca.pem'],
        ...['--interval', '1', '--maxpolltime', '60', '--outform', 'pem', ...more],
      ],
      { cwd: directory },
    );
  }

  it.each([
    ['aes', 'sha256'],
    ['aes', 'sha384'],
    ['aes', 'sha512'],
    ['des3', 'sha256'],
    ['des3', 'sha1'],
  ])('enrols with %s and %s', async (cipher, digest) => {
    const name = `${cipher}-${digest}`;
    const { code, stderr } = await enrol(
      name,
      connector.ready.challengePassword,
      ...['--cipher', cipher, '--digest', digest],
    );
    expect(code, stderr).toBe(0);
    await expectIssued(path.join(directory, `${name}.pem`), connector.ready.caCertificateFile, {
      subject: `CN=${name},O=Lab,C=US`,
      subjectAltName: [`DNS:${name}.example`],
      extendedKeyUsage: ['TLS Web Client Authentication'],
    });
  });

  it.each([
    ['a RenewalReq', '17', ''],
    ['a PKCSReq', '19', 'pki {\n  scep {\n    renewal_via_pkcs_req = yes\n  }\n}\n'],
  ])('renews by %s with a new key', async (_name, messageType, config) => {
    const old = `old-${messageType}`;
    const enrolled = await enrol(old, connector.ready.challengePassword);
    expect(enrolled.code, enrolled.stderr).toBe(0);
    const configFile = path.join(directory, `${old}.conf`);
    writeFileSync(configFile, config);
    const renewed = await renew(old, `new-${messageType}`, configFile);
    expect(renewed.code, renewed.stderr).toBe(0);
    await expect
      .poll(() => loggedOperations(connector).at(-1))
      .toMatchObject({ messageType, status: 'SUCCESS' });
    const issued = path.join(directory, `new-${messageType}.pem`);
    await expectIssued(issued, connector.ready.caCertificateFile, {
      subject: `CN=${old},O=Lab,C=US`,
      subjectAltName: [`DNS:${old}.example`],
    });
    expect(await certificateSerial(issued)).not.toBe(
      await certificateSerial(path.join(directory, `${old}.pem`)),
    );
  });

  it('gets its certificate again by the same request, and another when that certificate signs it', async () => {
    const challenge = connector.ready.challengePassword;
    const serialOf = async (name: string, { code, stderr, stdout }: CommandResult) => {
      expect(code, stderr).toBe(0);
      const file = path.join(directory, `${name}.pem`);
      writeFileSync(file, stdout);
      return certificateSerial(file);
    };
    const first = await serialOf('kept', await enrol('kept', challenge));
    expect(await serialOf('again', await request('kept', challenge))).toBe(first);
    const signed = ['--cert', 'kept.pem', '--key', 'kept.key'];
    const renewed = await serialOf('renewed', await request('kept', challenge, ...signed));
    expect(renewed).not.toBe(first);
    expect(await serialOf('retried', await request('kept', challenge, ...signed))).toBe(renewed);
  });

  async function renew(old: string, name: string, configFile: string): Promise<CommandResult> {
    const cwd = directory;
    await runOrThrow('openssl', ['genrsa', '-traditional', '-out', `${name}.key`, '2048'], { cwd });
    const result = await runCommand(
      'pki',
      [
        ...['--scep', '--url', connector.ready.scepUrl, '--in', `${name}.key`],
        ...['--cert', `${old}.pem`, '--key', `${old}.key`],
        ...['--dn', `C=US, O=Lab, CN=${old}`, '--san', `${old}.example`],
        ...['--cacert-enc', 'ra.pem', '--cacert-sig', 'ca.pem', '--outform', 'pem'],
        ...['--interval', '1', '--maxpolltime', '60'],
      ],
      // Without this variable pki reads the configuration of the machine.
      { cwd, env: { STRONGSWAN_CONF: configFile } },
    );
    writeFileSync(path.join(directory, `${name}.pem`), result.stdout);
    return result;
  }

  it('reports a wrong challenge as badRequest', async () => {
    const { code, stdout, stderr } = await enrol('wrong', 'wrong-challenge');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/badRequest/i);
    expect(stdout).toBe('');
  });
});
