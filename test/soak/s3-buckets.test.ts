import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ACMPCA } from '@aws-sdk/client-acm-pca';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openS3Buckets } from '../../src/private-ca/buckets/s3/open-s3-buckets.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { runCommand } from '../support/clients/run-command.ts';
import { SAMPLE_CSR } from '../support/servers/authorities-of-all-states.ts';
import { freePort } from '../support/servers/free-port.ts';
import { startConnector } from '../support/servers/start-connector.ts';
import { FREE_PORTS, startServe } from '../support/servers/start-serve.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const MOTO = path.resolve('.cache/moto/bin/moto_server');

/** An access key that moto accepts. */
const S3_ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'moto takes any',
};
const SOON = { timeout: 300_000, interval: 500 };

/** Starts `serve` on a data directory of `dev`, with its buckets in moto. */
async function startWithBuckets() {
  const moto = await startMoto();
  const s3 = new S3Client({
    ...{ endpoint: moto, forcePathStyle: true, region: 'us-east-1' },
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'moto takes any' },
  });
  await s3.send(new CreateBucketCommand({ Bucket: 'public' }));
  const tried = await startConnector();
  await tried.stop();
  const { dataDir, ready } = tried;
  const server = await startServe({
    settings: {
      ...{ ...FREE_PORTS, dataDir },
      masterKeyFile: path.join(dataDir, 'master.key'),
      credentialsFile: path.join(dataDir, 'credentials.json'),
      objectStore: { kind: 's3', endpoint: moto, forcePathStyle: true },
    },
    env: S3_ENVIRONMENT,
  });
  const { region, accessKeyId, secretAccessKey } = ready;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new ACMPCA({ endpoint: server.apiUrl, region, credentials, maxAttempts: 1 });
  const { CertificateAuthorities: [authority] = [] } = await client.listCertificateAuthorities({});
  const CertificateAuthorityArn = authority?.Arn ?? '';
  return { moto, s3, server, client, arn: { CertificateAuthorityArn } };
}

describe.runIf(hasMoto())('buckets in another implementation of S3', () => {
  it('keep the latest CRL when an older one arrives late', async () => {
    const endpoint = await startMoto();
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'moto takes any' };
    const s3 = new S3Client({ endpoint, forcePathStyle: true, region: 'us-east-1', credentials });
    await s3.send(new CreateBucketCommand({ Bucket: 'public' }));
    const buckets = await openS3Buckets({ endpoint, forcePathStyle: true }, { credentials });
    let latest = 'first';
    const publish = (meanwhile?: () => Promise<void>) =>
      buckets.publishLatest('public', 'crl/a.crl', async () => {
        const content = Buffer.from(latest);
        const held = meanwhile;
        meanwhile = undefined;
        await held?.();
        return { content, contentType: 'application/pkix-crl', acl: 'PUBLIC_READ' };
      });
    const overtake = (text: string) => () => {
      latest = text;
      return publish();
    };
    for (const text of ['second', 'third']) {
      await publish(overtake(text));
      expect(await buckets.get('public', 'crl/a.crl')).toBe(text);
    }
  });

  it('hold audit reports, and CRLs that OpenSSL finds through the certificate', async () => {
    const { moto, s3, server, client, arn } = await startWithBuckets();
    const CustomCname = `${new URL(moto).host}/public`;
    const CrlConfiguration = { Enabled: true, S3BucketName: 'public', CustomCname };
    const missing = { ...CrlConfiguration, S3BucketName: 'not-there' };
    await expect(
      client.updateCertificateAuthority({
        ...arn,
        RevocationConfiguration: { CrlConfiguration: missing },
      }),
    ).rejects.toMatchObject({ name: 'ValidationException' });
    await client.updateCertificateAuthority({
      ...arn,
      RevocationConfiguration: { CrlConfiguration },
    });
    const { CertificateArn = '' } = await client.issueCertificate({
      ...{ ...arn, Csr: Buffer.from(SAMPLE_CSR), SigningAlgorithm: 'SHA256WITHRSA' },
      Validity: { Type: 'DAYS', Value: 30 },
    });
    const { Certificate = '', CertificateChain = '' } = await client.getCertificate({
      ...{ ...arn, CertificateArn },
    });
    const directory = tempDirectory();
    const [leaf, root] = [path.join(directory, 'leaf.pem'), path.join(directory, 'root.pem')];
    writeFileSync(leaf, Certificate);
    writeFileSync(root, CertificateChain);
    const verify = async () => {
      const check = ['-crl_check', '-crl_download', '-x509_strict', '-CAfile', root, leaf];
      const { stdout, stderr } = await runCommand('openssl', ['verify', ...check]);
      return stdout + stderr;
    };
    await vi.waitFor(async () => expect(await verify()).toMatch(/OK\s*$/), SOON);
    await client.revokeCertificate({
      ...{ ...arn, CertificateSerial: CertificateArn.slice(-32) },
      RevocationReason: 'KEY_COMPROMISE',
    });
    await vi.waitFor(async () => expect(await verify()).toContain('certificate revoked'), SOON);

    const report = { S3BucketName: 'public', AuditReportResponseFormat: 'JSON' } as const;
    const { AuditReportId = '', S3Key = '' } = await client.createCertificateAuthorityAuditReport({
      ...arn,
      ...report,
    });
    await vi.waitFor(async () => {
      const id = { ...arn, AuditReportId };
      const { AuditReportStatus } = await client.describeCertificateAuthorityAuditReport(id);
      expect(AuditReportStatus).toBe('SUCCESS');
    }, SOON);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'public', Key: S3Key }));
    const text = (await Body?.transformToString()) ?? '';
    expect(JSON.parse(text)).toContainEqual(
      expect.objectContaining({
        certificateArn: CertificateArn,
        revocationReason: 'KEY_COMPROMISE',
      }),
    );
    expect(await server.stop()).toBe(0);
  });
});

/** Whether moto, another implementation of S3, is installed, for `describe.runIf`. */
function hasMoto(): boolean {
  return requireClient('moto', [MOTO], 'test/soak/install.sh');
}

/** Starts moto on a free port and returns its URL. It ends with the test. */
async function startMoto(): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(MOTO, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await closed;
  });
  await vi.waitFor(() => fetch(url), { timeout: 90_000, interval: 100 });
  return url;
}
