import { readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectIssued } from '../support/expect-issued.ts';
import { makeRequest } from '../support/openssl.ts';
import { type CommandResult, runCommand, runOrThrow } from '../support/run-command.ts';
import { type RunningConnector, startConnector } from '../support/start-connector.ts';
import { tempDirectory } from '../support/temp-directory.ts';

const SSCEP = process.env['SSCEP'];
const CORPUS = path.resolve(import.meta.dirname, '../golden/scep/sscep');

// No distribution packages sscep, so these tests run where the environment variable SSCEP names a build of it.
if (SSCEP === undefined) {
  console.log('sscep: SSCEP does not name a build of it; its captured requests stand in for it');
  test('the captured requests of sscep are in the golden corpus', () => {
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

    test.each([
      ['default', []],
      ['sha256-aes128', ['-S', 'sha256', '-E', 'aes128']],
      ['sha1-3des', ['-S', 'sha1', '-E', '3des']],
    ])('enrols: %s', async (name, options) => {
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

    test('reports a wrong challenge as badRequest', async () => {
      // sscep's exit codes 70 to 74 are failInfo 0 to 4.
      expect((await enrol('wrong', 'wrong-challenge')).code).toBe(72);
    });
  });
}
