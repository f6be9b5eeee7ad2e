import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { connect } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment } from '../support/clients/aws-client.ts';
import { runCommand, runOrThrow } from '../support/clients/run-command.ts';
import { makeTlsFiles } from '../support/keys/tls-files.ts';
import { MAIN } from '../support/servers/spawn-server.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { FREE_PORTS, type RunningServe, startServe } from '../support/servers/start-serve.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const HEX_KEY = '00112233445566778899aabbccddeeff'.repeat(2);

/** A data directory that `dev` made and `serve` uses now. */
let tried: Pick<RunningConnector, 'ready' | 'dataDir'>;
let secrets: readonly string[];

beforeAll(async () => {
  const { ready, dataDir, stop } = await startConnector();
  await stop();
  tried = { ready, dataDir };
  const masterKey = readFileSync(path.join(dataDir, 'master.key'), 'utf8').trim();
  secrets = [ready.challengePassword, ready.secretAccessKey, masterKey, urlSecret()];
});

const urlSecret = () => new URL(tried.ready.scepUrl).pathname.split('/').at(-1) ?? '';
const triedFile = (name: string) => path.join(tried.dataDir, name);

function cli(args: readonly string[], env: Record<string, string> = {}) {
  return runCommand(process.execPath, [MAIN, ...args], { env });
}

/** Runs `scep-connector connector list` with the access key of the first server. */
function listConnectors(apiUrl: string, more: Record<string, string> = {}) {
  return cli(['connector', 'list', '--json'], {
    ...awsEnvironment({ ...tried.ready, apiUrl }),
    ...more,
  });
}

/** SHA-256 of the certificate that a new connection is shown. */
async function certificateAt(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe('scep-connector serve with a settings file and TLS', () => {
  const directory = tempDirectory();
  const [first, second] = ['first', 'second'].map((name) => makeTlsFiles(directory, name));
  const tls = {
    certFile: path.join(directory, 'tls.crt'),
    keyFile: path.join(directory, 'tls.key'),
  };
  const credentialsFile = path.join(directory, 'credentials.json');
  let server: RunningServe;

  function install({ certFile, keyFile }: { certFile: string; keyFile: string }): void {
    copyFileSync(certFile, tls.certFile);
    copyFileSync(keyFile, tls.keyFile);
  }

  beforeAll(async () => {
    if (first === undefined) throw new Error('no TLS files');
    install(first);
    copyFileSync(triedFile('credentials.json'), credentialsFile);
    server = await startServe({
      settings: {
        dataDir: tried.dataDir,
        masterKeyFile: triedFile('master.key'),
        credentialsFile,
        enrol: { ...FREE_PORTS.enrol, tls },
        api: { ...FREE_PORTS.api, tls, regions: [tried.ready.region] },
        ops: FREE_PORTS.ops,
      },
      secrets,
    });
  });

  it('is healthy', async () => {
    expect((await fetch(`${server.opsUrl}/livez`)).status).toBe(200);
    await expect.poll(async () => (await fetch(`${server.opsUrl}/readyz`)).status).toBe(200);
  });

  it('enrols devices over https with an existing connector and challenge', async () => {
    expect(server.enrolUrl).toMatch(/^https:/);
    const out = path.join(directory, 'device');
    await runOrThrow(process.execPath, [
      ...[MAIN, 'enrol', '--url', `${server.enrolUrl}${new URL(tried.ready.scepUrl).pathname}`],
      ...['--tls-ca', tls.certFile, '--ca-fingerprint', tried.ready.caFingerprintSha256],
      ...['--challenge', tried.ready.challengePassword, '--subject', 'CN=served', '--out', out],
    ]);
    const issued = path.join(out, 'certificate.pem');
    const ca = triedFile('ca.pem');
    await runOrThrow('openssl', ['verify', '-CAfile', ca, issued]);
  });

  it('serves the API over https, which names the URL of the enrol listener', async () => {
    expect(server.apiUrl).toMatch(/^https:/);
    const { stdout, stderr } = await listConnectors(server.apiUrl, { AWS_CA_BUNDLE: tls.certFile });
    expect(stderr).toBe('');
    expect(stdout).toContain(`${server.enrolUrl}/scep/`);
    expect(stdout).toContain(tried.ready.connectorArn);
  });

  it('uses a new certificate for new connections on each listener, and ignores a wrong one', async () => {
    expect(await certificateAt(server.enrolUrl)).toBe(first?.fingerprint);
    if (second === undefined) throw new Error('no TLS files');
    install(second);
    for (const url of [server.enrolUrl, server.apiUrl]) {
      await expect.poll(() => certificateAt(url)).toBe(second.fingerprint);
    }
    writeFileSync(tls.keyFile, 'no key');
    const refused = 'the TLS files changed and are wrong; the old certificate stays';
    // Both listeners log it. Each may first have seen one new file beside one old file.
    const reasons = () => server.logged(refused).map(({ reason }) => String(reason));
    const ofTheKey = () => reasons().filter((text) => /does not hold a private key/.test(text));
    await expect.poll(() => ofTheKey().length).toBeGreaterThan(1);
    expect(await certificateAt(server.enrolUrl)).toBe(second.fingerprint);
    expect(server.process.exitCode).toBeNull();
  });

  it('refuses an access key that is removed from the file, and accepts one that is added', async () => {
    const other = 'AKIAOTHEROTHEROTHER0';
    const text = readFileSync(credentialsFile, 'utf8');
    writeFileSync(credentialsFile, text.replace(tried.ready.accessKeyId, other));
    const tlsCa = { AWS_CA_BUNDLE: tls.certFile };
    const withOther = { ...tlsCa, AWS_ACCESS_KEY_ID: other };
    await expect.poll(async () => (await listConnectors(server.apiUrl, withOther)).code).toBe(0);
    const refused = await listConnectors(server.apiUrl, tlsCa);
    expect(refused.stderr).toContain('UnrecognizedClientException');
  });

  it('drains on SIGTERM, exits with 0 and has logged no secret', async () => {
    expect(await server.stop()).toBe(0);
    expect(server.stdout()).toBe('');
  });
});

describe('scep-connector serve with the environment alone', () => {
  const environment = () => ({
    SCEP_CONNECTOR_MASTER_KEY: HEX_KEY,
    SCEP_CONNECTOR_PUBLIC_URL: 'https://scep.example.com',
    SCEP_CONNECTOR_DATA_DIR: path.join(tempDirectory(), 'made', 'for', 'it'),
    SCEP_CONNECTOR_ENROL_PORT: '0',
    SCEP_CONNECTOR_API_PORT: '0',
    SCEP_CONNECTOR_OPS_PORT: '0',
  });

  it('starts on an empty directory, and warns that the API refuses everybody without credentials', async () => {
    const server = await startServe({ env: environment(), secrets: [HEX_KEY] });
    expect(server.enrolUrl).toBe('https://scep.example.com');
    expect(server.stderr()).toContain('there are no credentials, so the API refuses everybody');
    const { code, stderr } = await listConnectors(server.apiUrl);
    expect(code).toBe(1);
    expect(stderr).toContain('UnrecognizedClientException');
    expect(await server.stop()).toBe(0);
  });

  it('takes one access key from the environment, and refuses another master key at the second start', async () => {
    const env = {
      ...environment(),
      SCEP_CONNECTOR_ACCESS_KEY_ID: tried.ready.accessKeyId,
      SCEP_CONNECTOR_SECRET_ACCESS_KEY: tried.ready.secretAccessKey,
      SCEP_CONNECTOR_ACCOUNT_ID: '123456789012',
      SCEP_CONNECTOR_USER_NAME: 'alice',
    };
    const server = await startServe({ env, secrets: [HEX_KEY, tried.ready.secretAccessKey] });
    const { code, stdout } = await listConnectors(server.apiUrl);
    expect({ code, connectors: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      connectors: { Connectors: [] },
    });
    await server.stop();
    const otherKey = HEX_KEY.replaceAll('0', '1');
    const second = await cli(['serve'], { ...env, SCEP_CONNECTOR_MASTER_KEY: otherKey });
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/the master key does not open what is in the store/);
    expect(second.stderr).not.toContain(otherKey);
  });

  it('warns when the API is on the network without TLS', async () => {
    const env = { ...environment(), SCEP_CONNECTOR_API_HOST: '0.0.0.0' };
    const server = await startServe({ env });
    const warning = 'the API listens on the network without TLS';
    await expect.poll(() => server.stderr()).toContain(warning);
    await server.stop();
  });

  it('warns of secrets that others can read, at the start and on --check-config', async () => {
    const { SCEP_CONNECTOR_MASTER_KEY: masterKey = '', ...env } = environment();
    const files = ['master.key', 'credentials.yaml'].map((name) =>
      path.join(tempDirectory(), name),
    );
    const [masterKeyFile = '', credentialsFile = ''] = files;
    writeFileSync(masterKeyFile, masterKey, { mode: 0o644 });
    writeFileSync(credentialsFile, '[]', { mode: 0o604 });
    const exposed = {
      ...env,
      SCEP_CONNECTOR_MASTER_KEY_FILE: masterKeyFile,
      SCEP_CONNECTOR_CREDENTIALS_FILE: credentialsFile,
    };
    const lines = files.map(
      (file) => `${file} is open to others than its owner; give it the mode 600`,
    );
    expect(await cli(['serve', '--check-config'], exposed)).toMatchObject({
      code: 0,
      stderr: lines.map((line) => `warning: ${line}\n`).join(''),
    });
    const server = await startServe({ env: exposed });
    for (const line of lines) await expect.poll(() => server.logged(line)).toHaveLength(1);
    await server.stop();
  });

  it('exits with 0 or 2 on --check-config, with a line for each mistake, and starts nothing', async () => {
    const env = environment();
    const good = await cli(['serve', '--check-config'], env);
    expect(good).toMatchObject({ code: 0, stdout: 'The settings are valid.\n', stderr: '' });
    const secret = 'correct-horse-battery-staple';
    const wrong = {
      ...env,
      SCEP_CONNECTOR_MASTER_KEY: secret,
      SCEP_CONNECTOR_SECRET_ACCESS_KEY: secret,
      SCEP_CONNECTOR_API_PROT: '1',
    };
    for (const args of [['serve', '--check-config'], ['serve']]) {
      const { code, stdout, stderr } = await cli(args, wrong);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      const lines = stderr.trimEnd().split('\n');
      expect(lines.every((line) => line.startsWith('scep-connector: '))).toBe(true);
      expect(stderr).toMatch(/masterKey \(SCEP_CONNECTOR_MASTER_KEY\) takes 32 octets/);
      expect(stderr).toMatch(/SCEP_CONNECTOR_API_PROT .* is it SCEP_CONNECTOR_API_PORT\?/);
      expect(stderr).toMatch(/SCEP_CONNECTOR_ACCESS_KEY_ID /);
      expect(stderr).not.toContain(secret);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });
});
