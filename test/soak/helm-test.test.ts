import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { runHelmTest } from '../support/chart/run-helm-test.ts';
import { runProgram } from '../support/clients/run-program.ts';
import { makeTlsFiles } from '../support/keys/tls-files.ts';
import { freePort } from '../support/servers/free-port.ts';
import { FREE_PORTS, type RunningServe, startServe } from '../support/servers/start-serve.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const secret = () => randomBytes(30).toString('base64url');
const CREDENTIALS = [
  {
    ...{ accessKeyId: 'AKIAREADERREADERREAD', secretAccessKey: secret(), userName: 'reader' },
    accountId: '111122223333',
    policy: {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: ['acm-pca:*'], Resource: '*' },
    },
  },
  {
    ...{ accessKeyId: 'AKIAADMINADMINADMIN0', secretAccessKey: secret(), userName: 'admin' },
    accountId: '111122223333',
  },
];
const SECRETS = CREDENTIALS.map(({ secretAccessKey }) => secretAccessKey);

describe('what helm test runs', () => {
  const directory = tempDirectory();
  const file = (name: string, text: string) => {
    writeFileSync(path.join(directory, name), text, { mode: 0o600 });
    return path.join(directory, name);
  };
  const credentialsFile = file('credentials.yaml', stringify(CREDENTIALS));
  let server: RunningServe;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    const port = await freePort();
    server = await startServe({
      settings: {
        ...{ ...FREE_PORTS, enrol: { host: '127.0.0.1', port } },
        ...{ dataDir: path.join(directory, 'data'), credentialsFile },
        masterKeyFile: file('master.key', randomBytes(32).toString('hex')),
        // Nothing listens there. The test reaches the listener by another address, as in a cluster.
        publicUrl: 'https://scep.example.com',
      },
      secrets: SECRETS,
    });
    environment = {
      ...{
        API_URL: server.apiUrl,
        ENROL_URL: `http://127.0.0.1:${port}`,
        CREDENTIALS_FILE: credentialsFile,
      },
      ...{ USER_NAME: '', CA_ARN: '', REGION: '', TLS_CA: '' },
    };
  });

  async function expectSuccess(more: Readonly<Record<string, string>> = {}): Promise<string> {
    const { code, stdout, stderr } = await runHelmTest({ ...environment, ...more });
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/^passed$/m);
    for (const secret of SECRETS) expect(stdout + stderr).not.toContain(secret);
    return stdout;
  }

  async function list(
    what: 'ca' | 'connector',
  ): Promise<readonly { Arn: string; Status: string }[]> {
    const [, admin] = CREDENTIALS;
    const { stdout } = await runProgram([what, 'list', '--json'], {
      ...{ AWS_ENDPOINT_URL: server.apiUrl, AWS_REGION: 'us-east-1' },
      AWS_ACCESS_KEY_ID: admin?.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: admin?.secretAccessKey ?? '',
    });
    const answer = JSON.parse(stdout) as Record<string, readonly { Arn: string; Status: string }[]>;
    return answer[what === 'ca' ? 'CertificateAuthorities' : 'Connectors'] ?? [];
  }

  it('enrols below its own CA right after the installation, and leaves nothing usable', async () => {
    const printed = await expectSuccess();
    expect(printed).toMatch(/^verified CN=helm-test <- CN=helm test /m);
    expect(printed).toContain('which devices reach at https://scep.example.com');
    expect(await list('connector')).toEqual([]);
    expect((await list('ca')).map(({ Status }) => Status)).toEqual(['DELETED']);
  });

  it('enrols below the existing or the named CA later, and does not change it', async () => {
    const create = await runProgram(['ca', 'create', '--root', '--subject', 'CN=Lab'], {
      ...{ AWS_ENDPOINT_URL: server.apiUrl, AWS_REGION: 'us-east-1' },
      AWS_ACCESS_KEY_ID: CREDENTIALS[1]?.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: CREDENTIALS[1]?.secretAccessKey ?? '',
    });
    const arn = create.stdout.trim();
    for (const CA_ARN of ['', arn]) {
      expect(await expectSuccess({ CA_ARN })).toMatch(/^verified CN=helm-test <- CN=Lab$/m);
    }
    expect(await list('ca')).toContainEqual(
      expect.objectContaining({ Arn: arn, Status: 'ACTIVE' }),
    );
    expect(await list('connector')).toEqual([]);
  });

  it('fails in one line when the user lacks the permission or does not exist', async () => {
    for (const [USER_NAME, reason] of [
      ['reader', /^failed: connector create: .*AccessDeniedException: [^\n]+$/m],
      ['nobody', /^failed: there is no user nobody$/m],
    ] as const) {
      const { code, stdout, stderr } = await runHelmTest({ ...environment, USER_NAME });
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(stdout).toMatch(reason);
      expect(stdout).not.toMatch(/^passed$/m);
      for (const secret of SECRETS) expect(stdout).not.toContain(secret);
    }
  });

  it('fails when devices cannot reach the server', async () => {
    const { code, stdout } = await runHelmTest({ ...environment, ENROL_URL: 'http://127.0.0.1:9' });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed: enrol /m);
    expect(await list('connector')).toEqual([]);
  });

  it('uses TLS where the listeners have it', async () => {
    const { certFile, keyFile } = makeTlsFiles(directory, 'tls');
    const tls = { certFile, keyFile };
    const other = await startServe({
      settings: {
        dataDir: path.join(directory, 'other'),
        ...{ masterKeyFile: file('other.key', randomBytes(32).toString('hex')), credentialsFile },
        enrol: { ...FREE_PORTS.enrol, tls },
        api: { ...FREE_PORTS.api, tls },
        ops: FREE_PORTS.ops,
      },
      secrets: SECRETS,
    });
    await expectSuccess({ API_URL: other.apiUrl, ENROL_URL: other.enrolUrl, TLS_CA: certFile });
  });
});
