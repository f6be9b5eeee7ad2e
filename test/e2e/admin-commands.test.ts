import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment } from '../support/clients/aws-client.ts';
import { runProgram as run } from '../support/clients/run-program.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

type Environment = Readonly<Record<string, string>>;

describe('an administrator', () => {
  let server: RunningConnector;
  let environment: Environment;

  beforeAll(async () => {
    server = await startConnector();
    environment = awsEnvironment(server.ready);
  });

  async function admin(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run(args, environment);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  }

  it('creates a connector and a challenge, has a device enrol, and deletes them', async () => {
    const { certificateAuthorityArn } = server.ready;
    const begun = Date.now();
    const created = await admin(
      ...['connector', 'create', '--ca-arn', certificateAuthorityArn],
      ...['--tag', 'team=pki', '--wait', '80'],
    );
    const connector = created.trim();
    const id = connector.split('/').at(-1) ?? '';
    expect(await admin('connector', 'list', '--status', 'ACTIVE')).toContain(id);

    const shown = JSON.parse(await admin('connector', 'show', id, '--json')) as {
      Connector: { Arn: string; Endpoint: string; CreatedAt: number };
    };
    expect(shown.Connector.Arn).toBe(connector);
    const createdAt = shown.Connector.CreatedAt * 1_000;
    // The API's timestamp has no milliseconds.
    expect(createdAt).toBeGreaterThan(begun - 1_000);
    expect(createdAt).toBeLessThanOrEqual(Date.now());

    const challenge = (await admin('challenge', 'create', id)).trim();
    expect(await admin('challenge', 'list', connector)).toContain(challenge);
    expect(await admin('challenge', 'show', challenge)).toContain(connector);
    const password = (await admin('challenge', 'password', challenge)).trim();

    const out = tempDirectory();
    const enrol = (directory: string) =>
      run(
        [
          ...['enrol', '--url', shown.Connector.Endpoint, '--subject', 'CN=device'],
          ...['--ca-fingerprint', server.ready.caFingerprintSha256, '--out', directory],
        ],
        { SCEP_CHALLENGE: password },
      );
    expect(await enrol(out)).toMatchObject({ code: 0 });
    expect(existsSync(path.join(out, 'certificate.pem'))).toBe(true);

    await admin('challenge', 'delete', challenge);
    expect(await enrol(tempDirectory())).toMatchObject({ code: 1 });

    await admin('connector', 'delete', connector, '--yes', '--wait', '80');
    const gone = await run(['connector', 'show', connector], environment);
    expect(gone).toMatchObject({ code: 1, stdout: '' });
    expect(gone.stderr).toMatch(/^scep-connector: ResourceNotFoundException: [^\n]+\n$/);
  });

  it('lists, sets and removes tags', async () => {
    const { connectorArn } = server.ready;
    await admin('tags', 'set', connectorArn, 'team=pki / EU', 'empty=', 'scep:validity-max=90d');
    expect(await admin('tags', 'list', connectorArn)).toMatch(/^team +pki \/ EU$/m);
    await admin('tags', 'remove', connectorArn, 'team', 'scep:validity-max');
    expect(JSON.parse(await admin('tags', 'list', connectorArn, '--json'))).toMatchObject({
      Tags: { empty: '' },
    });
    const refused = await run(['tags', 'set', connectorArn, 'scep:nonsense=1'], environment);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^scep-connector: ValidationException: [^\n]+\n$/);
  });

  it('takes credentials from profile files', async () => {
    const directory = tempDirectory();
    const [config, credentials] = [path.join(directory, 'c'), path.join(directory, 'k')];
    const { apiUrl, region, accessKeyId, secretAccessKey } = server.ready;
    writeFileSync(
      config,
      `[profile lab]\nregion = ${region}\nservices = s\n[services s]\npca_connector_scep =\n  endpoint_url = ${apiUrl}/base\n`,
    );
    writeFileSync(
      credentials,
      `[lab]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    const { code, stdout } = await run(['connector', 'list', '--profile', 'lab'], {
      ...{ AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials },
    });
    expect(code).toBe(0);
    expect(stdout).toContain(server.ready.connectorArn.split('/').at(-1));
  });

  it('is refused in one line with a wrong secret', async () => {
    const secret = 'not-the-secret-of-this-key';
    const { code, stderr } = await run(['connector', 'list'], {
      ...{ ...environment, AWS_SECRET_ACCESS_KEY: secret },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^scep-connector: InvalidSignatureException: [^\n]+\n$/);
    expect(stderr).not.toContain(secret);
  });
});

describe('the program', () => {
  it('exits with 2 for wrong usage and without an endpoint', async () => {
    const { code, stderr } = await run(['connector', 'list'], { AWS_REGION: 'us-east-1' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^scep-connector: no endpoint: [^\n]+\n$/);
    expect(await run(['connector', 'lsit'], {})).toMatchObject({ code: 2 });
    expect(await run(['challenge', 'password'], {})).toMatchObject({ code: 2 });
  });

  it('loads the AWS packages only for commands that call the API', async () => {
    const loaded = async (...args: readonly string[]) =>
      (await run(args, { NODE_DEBUG: 'esm' })).stderr;
    const enrol = await loaded('enrol', '--help');
    expect(enrol).toMatch(/node_modules.commander/);
    expect(enrol).not.toMatch(/node_modules.@(smithy|aws-sdk)/);
    expect(await loaded('connector', 'list')).toMatch(/node_modules.@(smithy|aws-sdk)/);
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await run(['--version'], {})).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it('prints completions that know its commands', async () => {
    const { stdout, code } = await run(['completion', 'bash'], {});
    expect(code).toBe(0);
    expect(stdout).toContain("' serve'");
    expect(stdout).toContain("' challenge password'");
  });
});
