import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  ACMPCAClient,
  CreateCertificateAuthorityCommand,
  DescribeCertificateAuthorityCommand,
  GetCertificateAuthorityCsrCommand,
  GetCertificateCommand,
  ImportCertificateAuthorityCertificateCommand,
  IssueCertificateCommand,
} from '@aws-sdk/client-acm-pca';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/clients/run-command.ts';
import { runOpenssl } from '../support/clients/run-openssl.ts';
import { hasSoftHsm, openSoftHsm, type SoftHsm } from '../support/keys/soft-hsm.ts';
import { MAIN } from '../support/servers/spawn-server.ts';
import { FREE_PORTS, type RunningServe, startServe } from '../support/servers/start-serve.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const OFTEN = { interval: 250 };
const directory = tempDirectory();
const file = (name: string) => path.join(directory, name);
const credentials = {
  accessKeyId: 'AKIDTOKENTEST0001',
  secretAccessKey: 'a-secret-access-key-for-tests',
};

describe.runIf(hasSoftHsm())('scep-connector serve with keys in SoftHSM', () => {
  let hsm: SoftHsm;
  let server: RunningServe;
  let client: ACMPCAClient;
  let CertificateAuthorityArn: string;

  const env = () => ({
    ...hsm.environment,
    SCEP_CONNECTOR_MASTER_KEY_FILE: file('master.key'),
    SCEP_CONNECTOR_ACCESS_KEY_ID: credentials.accessKeyId,
    SCEP_CONNECTOR_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    SCEP_CONNECTOR_ACCOUNT_ID: '123456789012',
    SCEP_CONNECTOR_USER_NAME: 'tester',
  });
  const settings = () => ({
    ...FREE_PORTS,
    dataDir: file('data'),
    keyStore: {
      kind: 'pkcs11',
      module: hsm.module,
      tokenLabel: hsm.tokenLabel,
      pinFile: file('token.pin'),
    },
  });
  const start = async () => {
    const secrets = [hsm.pin, credentials.secretAccessKey];
    server = await startServe({ settings: settings(), env: env(), secrets });
    const endpoint = server.apiUrl;
    client = new ACMPCAClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  };
  const statusOf = async () => {
    const input = { CertificateAuthorityArn };
    const answer = await client.send(new DescribeCertificateAuthorityCommand(input));
    return answer.CertificateAuthority?.Status;
  };
  const issue = async (Csr: Uint8Array, template: string, days: number) => {
    const { CertificateArn } = await client.send(
      new IssueCertificateCommand({
        ...{ CertificateAuthorityArn, Csr, SigningAlgorithm: 'SHA256WITHRSA' },
        TemplateArn: `arn:aws:acm-pca:::template/${template}/V1`,
        Validity: { Type: 'DAYS', Value: days },
      }),
    );
    const input = { CertificateAuthorityArn, CertificateArn };
    const { Certificate = '' } = await client.send(new GetCertificateCommand(input));
    return Certificate;
  };
  const issueToDevice = () => issue(readCsr(), 'EndEntityCertificate', 30);
  const readCsr = () =>
    runOpenssl([
      ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', file('device.key'), '-subj', '/CN=device'],
    ]);
  const verify = (pem: string) => {
    writeFileSync(file('device.pem'), pem);
    return runOpenssl(['verify', '-CAfile', file('ca.pem'), file('device.pem')]).toString();
  };

  beforeAll(async () => {
    hsm = await openSoftHsm();
    writeFileSync(file('master.key'), randomBytes(32).toString('hex'));
    writeFileSync(file('token.pin'), `${hsm.pin}\n`);
    await start();
  });

  it('makes a CA that an AWS SDK creates, activates and uses', async () => {
    const created = await client.send(
      new CreateCertificateAuthorityCommand({
        CertificateAuthorityType: 'ROOT',
        CertificateAuthorityConfiguration: {
          KeyAlgorithm: 'RSA_2048',
          SigningAlgorithm: 'SHA256WITHRSA',
          Subject: { CommonName: 'Root in a token' },
        },
      }),
    );
    CertificateAuthorityArn = created.CertificateAuthorityArn ?? '';
    await expect.poll(statusOf, OFTEN).toBe('PENDING_CERTIFICATE');
    const input = { CertificateAuthorityArn };
    const { Csr = '' } = await client.send(new GetCertificateAuthorityCsrCommand(input));
    const root = await issue(Buffer.from(Csr), 'RootCACertificate', 365);
    const Certificate = Buffer.from(root);
    await client.send(
      new ImportCertificateAuthorityCertificateCommand({ CertificateAuthorityArn, Certificate }),
    );
    writeFileSync(file('ca.pem'), root);
    expect(verify(await issueToDevice())).toContain('OK');
  });

  it('finds the key after a restart', async () => {
    expect(await server.stop()).toBe(0);
    await start();
    expect(verify(await issueToDevice())).toContain('OK');
  });

  it('logs that the token is gone, and recovers when it is back', async () => {
    hsm.unplug();
    // Within five seconds after the login an empty token counts as one that has lost the key.
    const loggedOnceRefused = async () => {
      await expect(issueToDevice()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
      return server.logged('the token with CA keys does not work');
    };
    await expect.poll(loggedOnceRefused, OFTEN).not.toEqual([]);
    hsm.plugIn();
    const again = () => issueToDevice().catch(() => undefined);
    await expect.poll(again, OFTEN).toContain('BEGIN CERTIFICATE');
  });

  it('does not start with a wrong PIN, and says why in one line', async () => {
    expect(await server.stop()).toBe(0);
    writeFileSync(file('token.pin'), 'not-the-pin\n');
    writeFileSync(file('serve.json'), JSON.stringify(settings()));
    const args = [MAIN, 'serve', '--config', file('serve.json')];
    const { code, stderr } = await runCommand(process.execPath, args, { env: env() });
    expect(stderr.trim()).toBe(
      'scep-connector: keyStore: the token "scep-connector test" does not accept the PIN (CKR_PIN_INCORRECT)',
    );
    expect(code).toBe(2);
  });
});
