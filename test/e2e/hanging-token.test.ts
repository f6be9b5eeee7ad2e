import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  ACMPCAClient,
  CreateCertificateAuthorityCommand,
  DescribeCertificateAuthorityCommand,
} from '@aws-sdk/client-acm-pca';
import { describe, expect, it } from 'vitest';
import { runOrThrow } from '../support/clients/run-command.ts';
import { hasSoftHsm, openSoftHsm } from '../support/keys/soft-hsm.ts';
import { FREE_PORTS, type RunningServe, startServe } from '../support/servers/start-serve.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const TIMEOUT_MS = 300_000;
const WAIT = { timeout: 120_000, interval: 250 };
const PRELOADED = path.join(import.meta.dirname, 'hang-token.mjs');
const END = 'some work does not finish; the process exits without it';
const credentials = {
  accessKeyId: 'AKIDTOKENTEST0001',
  secretAccessKey: 'a-secret-access-key-for-tests',
};

describe.runIf(hasSoftHsm())('scep-connector serve with a token that hangs', () => {
  const directory = tempDirectory();
  const file = (name: string) => path.join(directory, name);
  const clientOf = ({ apiUrl: endpoint }: RunningServe) =>
    new ACMPCAClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const startWith = async (env: Readonly<Record<string, string>>, workers: number) => {
    const hsm = await hsmOnce;
    return startServe({
      settings: {
        ...{ ...FREE_PORTS, dataDir: file('data'), workers },
        keyStore: { kind: 'pkcs11', module: hsm.module, tokenLabel: hsm.tokenLabel },
      },
      env: {
        ...hsm.environment,
        SCEP_CONNECTOR_KEY_STORE_PIN: hsm.pin,
        SCEP_CONNECTOR_MASTER_KEY_FILE: file('master.key'),
        SCEP_CONNECTOR_ACCESS_KEY_ID: credentials.accessKeyId,
        SCEP_CONNECTOR_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        SCEP_CONNECTOR_ACCOUNT_ID: '123456789012',
        SCEP_CONNECTOR_USER_NAME: 'tester',
        ...env,
      },
      secrets: [hsm.pin, credentials.secretAccessKey],
    });
  };
  const hsmOnce = openSoftHsm();
  writeFileSync(file('master.key'), randomBytes(32).toString('hex'));

  /**
   * @returns the ARN of a CA whose key is never made, and how the server ended after one SIGTERM
   */
  const endWhileItHangs = async (workers: number) => {
    await runOrThrow('mkfifo', [file(`fifo-${workers}`)]);
    const server = await startWith(
      {
        NODE_OPTIONS: `--import ${pathToFileURL(PRELOADED)}`,
        HANG_TOKEN_FIFO: file(`fifo-${workers}`),
      },
      workers,
    );
    const { CertificateAuthorityArn: arn = '' } = await clientOf(server).send(
      new CreateCertificateAuthorityCommand({
        CertificateAuthorityType: 'ROOT',
        CertificateAuthorityConfiguration: {
          KeyAlgorithm: 'EC_prime256v1',
          SigningAlgorithm: 'SHA256WITHECDSA',
          Subject: { CommonName: 'Root in a token' },
        },
      }),
    );
    await expect.poll(server.stderr, WAIT).toContain('the token hangs\n');
    const ended = once(server.process, 'close');
    server.process.kill('SIGTERM');
    return { arn, ending: await ended, said: server.logged(END) };
  };

  it(
    'ends after one SIGTERM and logs the unfinished key, and the next server makes it',
    async () => {
      const { arn, ending, said } = await endWhileItHangs(1);
      expect(ending).toEqual([null, 'SIGTERM']);
      expect(said).toMatchObject([{ makingKeysOf: [arn.slice(-36)] }]);
      const next = await startWith({}, 1);
      const statusOf = async () => {
        const look = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn });
        return (await clientOf(next).send(look)).CertificateAuthority?.Status;
      };
      await expect.poll(statusOf, WAIT).toBe('PENDING_CERTIFICATE');
      expect(await next.stop()).toBe(0);
      expect(next.logged(END)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'ends with all its workers, and with exit code 0',
    async () => {
      const { ending, said } = await endWhileItHangs(2);
      expect(ending).toEqual([0, null]);
      expect(said).toHaveLength(1);
    },
    TIMEOUT_MS,
  );
});
