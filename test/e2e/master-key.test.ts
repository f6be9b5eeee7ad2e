import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readMasterKeyFile } from '../../src/config/load-master-key.ts';
import type { ChallengeRecord } from '../../src/connectors/challenges/challenge-record.ts';
import { makeChallenge } from '../../src/connectors/challenges/make-challenge.ts';
import { connectorPartition } from '../../src/connectors/connector-record.ts';
import { findConnector } from '../../src/connectors/find-connector.ts';
import { createSealer } from '../../src/store/seal.ts';
import { wire } from '../../src/wire.ts';
import { awsEnvironment } from '../support/clients/aws-client.ts';
import { enrolDevice } from '../support/clients/enrol-device.ts';
import { runCommand, runOrThrow } from '../support/clients/run-command.ts';
import { MAIN } from '../support/servers/spawn-server.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { FREE_PORTS, type RunningServe, startServe } from '../support/servers/start-serve.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const OLD = '00112233445566778899aabbccddeeff'.repeat(2);
const NEW = 'ffeeddccbbaa99887766554433221100'.repeat(2);
const CHALLENGES = 600;
const KILL_AT_SEAL = path.resolve(import.meta.dirname, 'kill-at-seal.mjs');

interface Keys {
  readonly masterKeyFile: string;
  readonly otherMasterKeyFile?: string;
}

const directory = tempDirectory();
const oldKey = path.join(directory, 'old.key');
const newKey = path.join(directory, 'new.key');
const onlyOld: Keys = { masterKeyFile: oldKey };
const oldAndNew: Keys = { masterKeyFile: oldKey, otherMasterKeyFile: newKey };
const newAndOld: Keys = { masterKeyFile: newKey, otherMasterKeyFile: oldKey };
const onlyNew: Keys = { masterKeyFile: newKey };

/** A data directory that existed before the key is changed. */
let tried: Pick<RunningConnector, 'ready' | 'dataDir'>;
const connectorId = () => tried.ready.connectorArn.slice(-36);
const storeFile = () => readFileSync(path.join(tried.dataDir, 'store', 'data.mdb'));

beforeAll(async () => {
  writeFileSync(oldKey, OLD);
  writeFileSync(newKey, NEW);
  const dataDir = tempDirectory();
  writeFileSync(path.join(dataDir, 'master.key'), OLD);
  const { ready, stop } = await startConnector({ dataDir });
  await stop();
  tried = { ready, dataDir };
});

const settings = (keys: Keys) => ({
  dataDir: tried.dataDir,
  ...keys,
  credentialsFile: path.join(tried.dataDir, 'credentials.json'),
  ...FREE_PORTS,
});

const start = (keys: Keys) =>
  startServe({
    settings: settings(keys),
    secrets: [OLD, NEW, tried.ready.challengePassword, tried.ready.secretAccessKey],
  });

async function restart(server: RunningServe, keys: Keys): Promise<RunningServe> {
  expect(await server.stop()).toBe(0);
  return start(keys);
}

/** Runs an administration command at one of the servers. */
const admin = async (server: RunningServe, ...args: readonly string[]) => {
  const env = awsEnvironment({ ...tried.ready, apiUrl: server.apiUrl });
  const { stdout } = await runOrThrow(process.execPath, [MAIN, ...args], { env });
  return stdout.trim();
};

async function enrol(server: RunningServe, challenge: string): Promise<void> {
  const url = `${server.enrolUrl}${new URL(tried.ready.scepUrl).pathname}`;
  const caFingerprint = tried.ready.caFingerprintSha256;
  const enrolled = await enrolDevice({ url, challenge, caFingerprint, subject: 'CN=device' });
  expect(enrolled.stderr).toBe('');
  const ca = path.join(tried.dataDir, 'ca.pem');
  await runOrThrow('openssl', ['verify', '-CAfile', ca, enrolled.certificateFile]);
}

/** Enrols a device at one server with a challenge that the other made. */
async function expectWorking(maker: RunningServe, user: RunningServe): Promise<void> {
  const made = await admin(maker, 'challenge', 'create', tried.ready.connectorArn, '--json');
  const { Arn } = (JSON.parse(made) as { Challenge: { Arn: string } }).Challenge;
  const password = await admin(maker, 'challenge', 'password', Arn);
  expect(await admin(user, 'challenge', 'password', Arn)).toBe(password);
  await enrol(user, password);
}

function resealArguments(keys: Keys): readonly string[] {
  const config = path.join(tempDirectory(), 'serve.yaml');
  writeFileSync(config, stringify(settings(keys)));
  return [MAIN, 'master-key', 'reseal', '--config', config];
}

/**
 * Kills `master-key reseal` with SIGKILL while it works. Returns how many challenges were resealed
 * by then.
 */
async function resealAndKill(keys: Keys): Promise<number> {
  const args = ['--import', KILL_AT_SEAL, ...resealArguments(keys)];
  const env = { KILL_AT_SEAL: String(CHALLENGES / 2) };
  const { code, timedOut } = await runCommand(process.execPath, args, { env });
  expect({ code, timedOut }).toEqual({ code: -1, timedOut: false });
  const masterKey = await readMasterKeyFile(newKey);
  const { store } = await wire({ storeDir: path.join(tried.dataDir, 'store'), masterKey });
  const { isCurrent } = createSealer(masterKey);
  const page = { limit: CHALLENGES * 2 };
  const found = await store.list(connectorPartition(connectorId()), 'challenges', page);
  await store.close();
  const records = found.map(({ value }) => JSON.parse(value) as ChallengeRecord);
  return records.filter(({ sealedPassword }) => isCurrent(sealedPassword)).length;
}

/** Writes them to the store directly, because the API would take long for so many. */
async function addChallenges(): Promise<void> {
  const storeDir = path.join(tried.dataDir, 'store');
  const wired = await wire({ storeDir, masterKey: await readMasterKeyFile(oldKey) });
  const connector = await findConnector(wired.store, connectorId());
  if (connector === undefined) throw new Error('there is no connector');
  const quotas = { connectors: 1, challengesPerConnector: CHALLENGES * 2 };
  for (let i = 0; i < CHALLENGES; i += 1) {
    await makeChallenge({ ...wired, quotas }, connector, { tags: {} });
  }
  await wired.store.close();
}

/** Expects `serve` to end at once, with one line and exit code 2. */
async function expectRefused(keys: Keys, line: RegExp): Promise<void> {
  const config = path.join(tempDirectory(), 'serve.yaml');
  writeFileSync(config, stringify(settings(keys)));
  const refused = await runCommand(process.execPath, [MAIN, 'serve', '--config', config]);
  expect(refused.code).toBe(2);
  const lines = refused.stderr.trimEnd().split('\n');
  expect(lines.filter((text) => text.startsWith('scep-connector: '))).toEqual([
    expect.stringMatching(line) as string,
  ]);
  expect(refused.stderr).not.toMatch(/\n\s+at /);
}

it('a wrong key is refused at the start and changes nothing', async () => {
  const wrong = path.join(directory, 'wrong.key');
  writeFileSync(wrong, OLD.replaceAll('0', '1'));
  const line = /: the master key does not open what is in the store; restore the one that belongs/;
  const before = storeFile();
  await expectRefused({ masterKeyFile: wrong }, line);
  await expectRefused({ masterKeyFile: wrong, otherMasterKeyFile: newKey }, line);
  await expectRefused(onlyNew, line);
  expect(storeFile().equals(before)).toBe(true);
});

it('the master key of two servers is changed as docs/master-key.md says, and no device notices', async () => {
  await addChallenges();
  let a = await start(onlyOld);
  let b = await start(onlyOld);
  a = await restart(a, oldAndNew);
  await expectWorking(a, b);
  b = await restart(b, oldAndNew);
  a = await restart(a, newAndOld);
  await expectWorking(a, b);
  await expectWorking(b, a);
  b = await restart(b, newAndOld);
  const killed = await resealAndKill(newAndOld);
  expect(killed).toBeGreaterThan(0);
  expect(killed).toBeLessThan(CHALLENGES);
  await expectWorking(a, b);
  await enrol(b, tried.ready.challengePassword);
  const line = /: the store has secrets under a second master key; give that one too/;
  await expectRefused(onlyNew, line);
  await expectRefused(onlyOld, line);
  const { code, stdout, stderr } = await runCommand(process.execPath, resealArguments(newAndOld));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^challenges +\d+ +\d+$/m);
  expect(stdout).toContain('Everything in the store is sealed under the master key');
  await expectWorking(b, a);
  a = await restart(a, onlyNew);
  await expectWorking(a, b);
  b = await restart(b, onlyNew);
  await expectWorking(b, a);
  await enrol(b, tried.ready.challengePassword);
  await Promise.all([a.stop(), b.stop()]);
  await expectRefused(onlyOld, /: the master key does not open what is in the store/);
}, 400_000);

it('a development server and ra rotate work between two keys when they have both', async () => {
  const rotate = (...more: readonly string[]) => {
    const args = ['ra', 'rotate', '--data-dir', tried.dataDir, ...more];
    return runCommand(process.execPath, [MAIN, ...args]);
  };
  const both = ['--other-master-key-file', newKey];
  const { ready, stop } = await startConnector({ dataDir: tried.dataDir, args: both });
  expect(ready.challengePassword).toBe(tried.ready.challengePassword);
  const refused = await rotate();
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(
    /^scep-connector: the store has secrets under a second master key/,
  );
  const { code, stdout, stderr } = await rotate(...both);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^RA generation 2$/m);
  await stop();
});

it('ra rotate works on any connector of serve, with its settings', async () => {
  const config = path.join(tempDirectory(), 'serve.yaml');
  writeFileSync(config, stringify(settings(oldAndNew)));
  const rotate = (connector: string) =>
    runCommand(process.execPath, [MAIN, 'ra', 'rotate', connector, '--config', config]);
  for (const named of [tried.ready.connectorArn, connectorId()]) {
    expect(await rotate(named)).toMatchObject({ code: 0, stderr: '' });
  }
  const other = connectorId().replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
  const foreign = tried.ready.connectorArn.replace('us-east-1', 'eu-west-1');
  for (const unknown of [other, foreign]) {
    const { code, stderr } = await rotate(unknown);
    expect(code).toBe(2);
    expect(stderr).toBe(`scep-connector: there is no connector ${unknown} in the store\n`);
  }
  const { code, stderr } = await rotate('device-1');
  expect(code).toBe(2);
  expect(stderr).toMatch(/neither the ARN nor the id of a connector/);
});

it('the key of a development server is changed while it is down', async () => {
  const keys = ['--master-key-file', oldKey, '--other-master-key-file', newKey];
  const reseal = [MAIN, 'master-key', 'reseal', '--data-dir', tried.dataDir, ...keys];
  const { stdout } = await runOrThrow(process.execPath, reseal);
  expect(stdout).toContain('Everything in the store');
  copyFileSync(oldKey, path.join(tried.dataDir, 'master.key'));
  const { ready, stop } = await startConnector({ dataDir: tried.dataDir });
  expect(ready.challengePassword).toBe(tried.ready.challengePassword);
  await stop();
});

it('an empty store is refused when another one was meant', async () => {
  const dataDir = tempDirectory();
  const config = path.join(dataDir, 'serve.yaml');
  writeFileSync(config, stringify({ ...settings(newAndOld), dataDir }));
  const reseal = [MAIN, 'master-key', 'reseal', '--config', config];
  const { code, stderr } = await runCommand(process.execPath, reseal);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^scep-connector: there is no store in /);
});
