import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment } from '../support/clients/aws-client.ts';
import { enrolDevice } from '../support/clients/enrol-device.ts';
import { certificateSubject, verifyChain } from '../support/clients/openssl.ts';
import { runProgram } from '../support/clients/run-program.ts';
import { type FaultProxy, PASS, startFaultProxy } from '../support/servers/fault-proxy.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { FREE_PORTS, type RunningServe, startServe } from '../support/servers/start-serve.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const MASTER_KEY = '00112233445566778899aabbccddeeff'.repeat(2);

/** One server's embedded CA stands for AWS; the other server has its connectors there. */
describe('scep-connector serve with issuer.kind acm-pca', () => {
  let aws: RunningConnector;
  let proxy: FaultProxy;
  let server: RunningServe;
  let device: { readonly url: string; readonly challenge: string; readonly caFingerprint: string };

  beforeAll(async () => {
    aws = await startConnector();
    proxy = await startFaultProxy(aws.ready.apiUrl);
    const directory = tempDirectory();
    const credentialsFile = path.join(directory, 'credentials.json');
    copyFileSync(path.join(aws.dataDir, 'credentials.json'), credentialsFile);
    const { accessKeyId, secretAccessKey } = aws.ready;
    server = await startServe({
      settings: {
        ...{ dataDir: path.join(directory, 'data'), credentialsFile },
        issuer: { kind: 'acm-pca', endpoint: proxy.url },
        ...FREE_PORTS,
      },
      env: {
        SCEP_CONNECTOR_MASTER_KEY: MASTER_KEY,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      },
      secrets: [MASTER_KEY, secretAccessKey],
    });
    device = await makeConnector();
  });
  afterAll(() => proxy.stop());

  const admin = (...args: readonly string[]) =>
    runProgram(args, awsEnvironment({ ...aws.ready, apiUrl: server.apiUrl }));

  async function adminText(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await admin(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.trim();
  }

  async function makeConnector() {
    const { certificateAuthorityArn, caFingerprintSha256 } = aws.ready;
    const arn = await adminText(
      ...['connector', 'create', '--ca-arn', certificateAuthorityArn, '--wait', '80'],
    );
    const { Connector } = JSON.parse(await adminText('connector', 'show', arn, '--json')) as {
      readonly Connector: { readonly Endpoint: string };
    };
    const challenge = await adminText('challenge', 'create', arn);
    const password = await adminText('challenge', 'password', challenge);
    return { url: Connector.Endpoint, challenge: password, caFingerprint: caFingerprintSha256 };
  }

  it('enrols a device there', async () => {
    proxy.setFate(() => PASS);
    const enrolled = await enrolDevice({ ...device, subject: 'CN=device-1' });
    expect(enrolled).toMatchObject({ code: 0, stderr: '' });
    expect(await certificateSubject(enrolled.certificateFile)).toBe('CN=device-1');
    const { caCertificateFile } = aws.ready;
    expect(await verifyChain(enrolled.certificateFile, caCertificateFile)).toMatch(/OK$/);
  });

  it('enrols a device although an answer of AWS is lost', async () => {
    let lost = 0;
    proxy.setFate((operation) => {
      if (operation !== 'IssueCertificate' || lost === 2) return PASS;
      lost += 1;
      return { kind: 'reset', done: true };
    });
    const enrolled = await enrolDevice({ ...device, subject: 'CN=device-2' });
    expect(enrolled).toMatchObject({ code: 0, stderr: '' });
    expect(await certificateSubject(enrolled.certificateFile)).toBe('CN=device-2');
    expect(proxy.calls('IssueCertificate')).toBeGreaterThan(lost);
    expect(lost).toBe(2);
  });

  it('refuses a device without its AWS permissions, logs which are missing, and serves it once they are granted', async () => {
    proxy.setFate(() => ({ kind: 'answer', status: 400, error: 'AccessDeniedException' }));
    const refused = await enrolDevice({ ...device, subject: 'CN=device-3' });
    expect(refused.code).toBe(1);
    const logged = await server.until(() => server.logged('PKIOperation refused')[0]);
    expect(logged).toMatchObject({ reason: 'authority-not-active' });
    expect(logged['cause']).toContain(
      `allow acm-pca:IssueCertificate on ${aws.ready.certificateAuthorityArn}`,
    );
    proxy.setFate(() => PASS);
    expect(await enrolDevice({ ...device, subject: 'CN=device-3' })).toMatchObject({ code: 0 });
  });

  it('has issued one certificate for each device, however often the CA was asked', async () => {
    const report = ['ca', 'report', aws.ready.certificateAuthorityArn];
    const { stdout } = await runProgram(report, awsEnvironment(aws.ready));
    expect(stdout.match(/CN=device-\d/g)?.toSorted()).toEqual([
      ...['CN=device-1', 'CN=device-2', 'CN=device-3'],
    ]);
  });

  it('serves no CAs on its own API, and says where they are', async () => {
    const { code, stderr } = await admin('ca', 'list');
    expect(code).toBe(1);
    expect(stderr).toContain('The CAs of this server are at AWS');
  });

  it('drains, and has logged no secret', async () => {
    expect(await server.stop()).toBe(0);
    expect(await aws.stop()).toBe(0);
  });
});
