import { readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectIssued } from '../support/clients/expect-issued.ts';
import { certificateSerial, makeRequest } from '../support/clients/openssl.ts';
import { type CommandResult, runCommand, runOrThrow } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const SSCEP = process.env['SSCEP'];
const CORPUS = path.resolve(import.meta.dirname, '../golden/scep/sscep');

// No distribution packages sscep, so these tests run only where SSCEP names a build of it.
if (SSCEP === undefined) {
  console.log('sscep: SSCEP does not name a build of it; its captured requests stand in for it');
  it('the captured requests of sscep are in the golden corpus', () => {
    const cases = readdirSync(CORPUS).filter((file) => !file.endsWith('.expect.json'));
    expect(cases).toEqual(expect.arrayContaining(['enrol.der', 'enrol-get.url', 'renew.der']));
  });
} else {
  describe('sscep', () => {
    let connector: RunningConnector;
    let directory: string;
    beforeAll(async () => {
      connector = await startConnector();
      directory = tempDirectory();
      await runOrThrow(SSCEP, ['getca', '-u', connector.ready.scepUrl, '-c', 'ca'], {
        cwd: directory,
      });
    });

    async function enrol(
      name: string,
      challengePassword: string,
      ...more: string[]
    ): Promise<CommandResult> {
      await makeRequest(directory, name, {
        subject: `/C=US/O=Lab/CN=${name}`,
        subjectAltName: `DNS:${name}.example`,
        keyUsage: 'critical,digitalSignature,keyEncipherment',
        extendedKeyUsage: 'serverAuth,clientAuth',
        challengePassword,
      });
      return runCommand(
        SSCEP as string,
        [
          ...['enroll', '-u', connector.ready.scepUrl, '-c', 'ca'],
          ...['-k', `${name}.key`, '-r', `${name}.csr`, '-l', `${name}.pem`],
          ...['-t', '1', '-T', '5', '-n', '0', ...more],
        ],
        { cwd: directory },
      );
    }

    it.each([
      ['default', []],
      ['sha256-aes128', ['-S', 'sha256', '-E', 'aes128']],
      ['sha1-3des', ['-S', 'sha1', '-E', '3des']],
    ])('enrols with %s', async (name, options) => {
      const { code, stdout, stderr } = await enrol(
        name,
        connector.ready.challengePassword,
        ...options,
      );
      expect(code, stdout + stderr).toBe(0);
      await expectIssued(path.join(directory, `${name}.pem`), connector.ready.caCertificateFile, {
        subject: `CN=${name},O=Lab,C=US`,
        subjectAltName: [`DNS:${name}.example`],
        keyUsage: ['Digital Signature', 'Key Encipherment'],
        extendedKeyUsage: ['TLS Web Server Authentication', 'TLS Web Client Authentication'],
      });
    });

    function sscep(operation: string, ...options: string[]): Promise<CommandResult> {
      const server = ['-u', connector.ready.scepUrl];
      return runCommand(SSCEP as string, [operation, ...server, ...options], { cwd: directory });
    }

    async function enrolled(name: string): Promise<string> {
      const { code, stdout, stderr } = await enrol(name, connector.ready.challengePassword);
      expect(code, stdout + stderr).toBe(0);
      return certificateSerial(path.join(directory, `${name}.pem`));
    }

    it('renews by a PKCSReq that the old certificate signs', async () => {
      const old = await enrolled('old');
      await makeRequest(directory, 'new', {
        subject: '/C=US/O=Lab/CN=old',
        subjectAltName: 'DNS:old.example',
      });
      const { code, stdout, stderr } = await sscep(
        'enroll',
        ...['-c', 'ca', '-K', 'old.key', '-O', 'old.pem', '-k', 'new.key', '-r', 'new.csr'],
        ...['-l', 'new.pem', '-t', '1', '-T', '5', '-n', '0'],
      );
      expect(code, stdout + stderr).toBe(0);
      expect(await certificateSerial(path.join(directory, 'new.pem'))).not.toBe(old);
    });

    it('fetches its own certificate only, whether it names the RA or the CA as issuer', async () => {
      const serial = await enrolled('owner');
      await enrolled('other');
      const decimal = BigInt(`0x${serial}`).toString();
      const ca = ['-O', connector.ready.caCertificateFile];
      const ask = (name: string, ...more: string[]) =>
        sscep(
          'getcert',
          ...['-c', 'ca', '-k', `${name}.key`, '-l', `${name}.pem`, '-s', decimal],
          ...['-w', 'found.pem', ...more],
        );
      for (const options of [[], ca]) {
        const { code, stdout, stderr } = await ask('owner', ...options);
        expect(code, stdout + stderr).toBe(0);
        expect(await certificateSerial(path.join(directory, 'found.pem'))).toBe(serial);
      }
      expect((await ask('other', ...ca)).code).toBe(74);
    });

    it('fetches the revocation list', async () => {
      await enrolled('reader');
      const identity = ['-k', 'reader.key', '-l', 'reader.pem', '-O', 'reader.pem'];
      const { code, stdout, stderr } = await sscep('getcrl', '-c', 'ca', ...identity, '-w', 'crl');
      expect(code, stdout + stderr).toBe(0);
      const anchor = ['-CAfile', connector.ready.caCertificateFile];
      const crl = ['crl', '-in', path.join(directory, 'crl'), '-noout', '-verify'];
      expect((await runOrThrow('openssl', [...crl, ...anchor])).stderr).toContain('verify OK');
    });

    it('reports a wrong challenge as badRequest', async () => {
      // sscep's exit codes 70 to 74 mean failInfo 0 to 4.
      expect((await enrol('wrong', 'wrong-challenge')).code).toBe(72);
    });
  });
}
