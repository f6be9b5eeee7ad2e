import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { mountSettings } from '../support/chart/mount-settings.ts';
import {
  HELM,
  type Manifest,
  one,
  podsOf,
  renderChart,
  settingsOf,
  valuesFile,
  writeValues,
} from '../support/chart/render-chart.ts';
import { runHelmTest } from '../support/chart/run-helm-test.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { runProgram } from '../support/clients/run-program.ts';
import { hasRedis } from '../support/redis/redis-process.ts';
import { startSecureRedis } from '../support/redis/redis-servers.ts';
import { freePort } from '../support/servers/free-port.ts';
import { FREE_PORTS, type RunningServe, startServe } from '../support/servers/start-serve.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const isThere = requireClient('helm', [HELM], 'test/soak/install.sh') && hasRedis();

const key = (accessKeyId: string) => ({
  ...{ accessKeyId, secretAccessKey: randomBytes(30).toString('base64url') },
  ...{ accountId: '111122223333', userName: 'admin' },
});
const AT_AWS = key('AKIAATAWSATAWSATAWS0');
const ADMIN = key('AKIAADMINADMINADMIN0');
const SECRETS = [AT_AWS.secretAccessKey, ADMIN.secretAccessKey];

// A cluster would add only the network and the image, and dockerfile.test.ts tests the image.
describe.runIf(isThere)('two replicas as the chart has them, on Redis and AWS Private CA', () => {
  let manifests: readonly Manifest[];
  let replicas: readonly RunningServe[];
  let enrolUrls: readonly string[];
  let authority: string;

  /** Another server of ours stands in for AWS. */
  async function startAws(): Promise<RunningServe> {
    const directory = tempDirectory();
    const file = (name: string, text: string) => {
      writeFileSync(path.join(directory, name), text, { mode: 0o600 });
      return path.join(directory, name);
    };
    return startServe({
      settings: {
        ...{ ...FREE_PORTS, dataDir: path.join(directory, 'data') },
        masterKeyFile: file('master.key', randomBytes(32).toString('hex')),
        credentialsFile: file('credentials.yaml', stringify([AT_AWS])),
      },
      secrets: SECRETS,
    });
  }

  beforeAll(async () => {
    const [aws, redis] = [await startAws(), await startSecureRedis('~* +@all')];
    const atAws = {
      AWS_ACCESS_KEY_ID: AT_AWS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: AT_AWS.secretAccessKey,
    };
    const root = ['ca', 'create', '--root', '--subject', 'CN=At AWS', '--endpoint', aws.apiUrl];
    const created = await runProgram([...root, '--region', 'eu-central-1'], atAws);
    authority = created.stdout.trim();
    const values = {
      credentials: { existingSecret: 'credentials' },
      store: {
        redis: {
          ...{ ...redis.reach, username: redis.username, existingSecret: 'redis' },
          tls: {
            ...{ enabled: true, existingSecret: 'redis-tls' },
            ...{ caKey: 'ca.crt', certKey: 'tls.crt', keyKey: 'tls.key' },
          },
        },
      },
      config: {
        issuer: { kind: 'acm-pca', endpoint: aws.apiUrl },
        api: { regions: ['eu-central-1'] },
      },
      ...{ drainDelaySeconds: 0, test: { certificateAuthorityArn: authority } },
    };
    manifests = await renderChart(valuesFile('smallest'), writeValues(values));
    const settings = mountSettings(
      settingsOf(manifests),
      one(manifests, 'Deployment').spec.template.spec,
      {
        ...{ password: redis.password, 'credentials.yaml': stringify([ADMIN]) },
        ...{ 'ca.crt': redis.tls.ca, 'tls.crt': redis.tls.cert, 'tls.key': redis.tls.key },
      },
    );
    const ports = [await freePort(), await freePort()];
    enrolUrls = ports.map((port) => `http://127.0.0.1:${port}`);
    replicas = await Promise.all(
      ports.map((port) =>
        startServe({
          settings: JSON.parse(settings) as Readonly<Record<string, unknown>>,
          env: { ...atAws, ...listenHere(port), SCEP_CONNECTOR_DATA_DIR: tempDirectory() },
          secrets: [...SECRETS, redis.password],
        }),
      ),
    );
  });

  it('become ready', async () => {
    for (const { opsUrl } of replicas) {
      await expect.poll(async () => (await fetch(`${opsUrl}/readyz`)).status).toBe(200);
    }
  });

  it('pass helm test, with the connector made at one and the device served by the other', async () => {
    const [, pod] = podsOf(manifests);
    const variables: Record<string, string> = {};
    for (const { name, value = '' } of pod?.containers[0]?.env ?? []) variables[name] = value;
    const credentials = path.join(tempDirectory(), 'credentials.yaml');
    writeFileSync(credentials, stringify([ADMIN]));
    const { code, stdout, stderr } = await runHelmTest({
      ...variables,
      ...{ CREDENTIALS_FILE: credentials },
      ...{ API_URL: replicas[0]?.apiUrl ?? '', ENROL_URL: enrolUrls[1] ?? '' },
    });
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain(`the CA is ${authority}\n`);
    expect(stdout).toMatch(/^verified CN=helm-test <- CN=At AWS$/m);
  });

  it('drain and exit with 0', async () => {
    expect(await Promise.all(replicas.map((replica) => replica.stop()))).toEqual([0, 0]);
  });
});

/** Environment variables override the file, which holds the addresses and ports of the pod. */
function listenHere(port: number): Readonly<Record<string, string>> {
  return {
    ...{ SCEP_CONNECTOR_ENROL_HOST: '127.0.0.1', SCEP_CONNECTOR_ENROL_PORT: String(port) },
    ...{ SCEP_CONNECTOR_API_HOST: '127.0.0.1', SCEP_CONNECTOR_API_PORT: '0' },
    ...{ SCEP_CONNECTOR_OPS_HOST: '127.0.0.1', SCEP_CONNECTOR_OPS_PORT: '0' },
  };
}
