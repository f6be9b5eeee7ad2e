import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { requireMasterKey } from '../../src/server/require-master-key.ts';
import { writeArchive } from '../../src/store/archive/write-archive.ts';
import { createSealer } from '../../src/store/seal.ts';
import { certificateSerial } from '../support/clients/openssl.ts';
import { runCommand } from '../support/clients/run-command.ts';
import { openInMemoryRecordStore } from '../support/fakes/in-memory-record-store.ts';
import { hasRedis } from '../support/redis/redis-process.ts';
import {
  type RedisReach,
  type StandaloneRedis,
  startStandaloneRedis,
} from '../support/redis/redis-servers.ts';
import { startCuttingProxy } from '../support/servers/cutting-proxy.ts';
import { MAIN } from '../support/servers/spawn-server.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { FREE_PORTS, startServe } from '../support/servers/start-serve.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const directory = tempDirectory();
const file = (name: string) => path.join(directory, name);
const certificateOf = (device: string) => path.join(file(device), 'certificate.pem');

const HAS_REDIS = hasRedis();
let redis: StandaloneRedis;
let tried: RunningConnector;

beforeAll(async () => {
  if (!HAS_REDIS) return;
  redis = await startStandaloneRedis();
  tried = await startConnector();
});

afterAll(async () => {
  if (HAS_REDIS) await redis.stop();
});

function cli(args: readonly string[], env: Record<string, string> = {}) {
  return runCommand(process.execPath, [MAIN, ...args], { env });
}

async function done(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await cli(args, env);
  expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** The settings of a server, and their file. */
async function settingsFor(name: string, changes: Readonly<Record<string, unknown>>) {
  const settings = {
    masterKeyFile: path.join(tried.dataDir, 'master.key'),
    credentialsFile: path.join(tried.dataDir, 'credentials.json'),
    ...{ ...FREE_PORTS, ...changes },
  };
  await writeFile(file(name), stringify(settings));
  return { settings, config: file(name) };
}

const inRedis = (keyPrefix: string, reach: Partial<RedisReach> = {}) => ({
  store: {
    kind: 'redis',
    // Longer than a busy machine stands still.
    redis: { ...redis.reach, ...reach, keyPrefix, commandTimeoutMs: 30_000 },
  },
});

/** The connector's URL at another server. */
function scepUrlAt(enrolUrl: string): string {
  return enrolUrl + new URL(tried.ready.scepUrl).pathname;
}

function enrol(url: string, device: string): Promise<string> {
  const { caFingerprintSha256, challengePassword } = tried.ready;
  return done(
    [
      ...['enrol', '--url', url, '--ca-fingerprint', caFingerprintSha256],
      ...['--subject', `CN=${device}`, '--out', file(device)],
    ],
    { SCEP_CHALLENGE: challengePassword },
  );
}

const holder = (device: string) => [
  ...['--certificate', certificateOf(device), '--key', path.join(file(device), 'key.pem')],
];

function renew(url: string, device: string, renewed: string): Promise<string> {
  return done([
    ...['renew', '--url', url, '--ca-fingerprint', tried.ready.caFingerprintSha256],
    ...[...holder(device), '--out', file(renewed)],
  ]);
}

/** The answer to GetCert when a holder asks for its own certificate. */
async function lookUp(url: string, device: string): Promise<string> {
  const printed = await done([
    ...['get-certificate', '--url', url, '--ca-fingerprint', tried.ready.caFingerprintSha256],
    ...['--serial', await certificateSerial(certificateOf(device)), ...holder(device)],
  ]);
  return printed.trim();
}

const certificateText = (device: string) => readFileSync(certificateOf(device), 'utf8').trim();

describe.runIf(HAS_REDIS)('a data directory of dev', () => {
  it('is backed up under a running server only on demand, and moved when none runs', async () => {
    await enrol(tried.ready.scepUrl, 'first');
    const from = ['store', 'export', '--data-dir', tried.dataDir];
    const refused = await cli([...from, '--out', file('moved')]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--live') as string });
    expect(existsSync(file('moved'))).toBe(false);
    await done([...from, '--live', '--out', file('backup')]);
    await tried.stop();
    await done([...from, '--out', file('moved')]);
    expect(statSync(file('moved')).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    const again = await cli([...from, '--out', file('moved')]);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') as string });
  });

  it('continues in Redis: its challenge enrols, its certificates renew and are found', async () => {
    const { settings, config } = await settingsFor('redis.yaml', inRedis('moved:'));
    const printed = await done(['store', 'import', '--in', file('moved'), '--config', config]);
    expect(printed).toMatch(/^certificates +\d+$/m);
    const again = await cli(['store', 'import', '--in', file('moved'), '--config', config]);
    expect(again).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not empty') as string,
    });
    const server = await startServe({ settings });
    const url = scepUrlAt(server.enrolUrl);
    await enrol(url, 'second');
    await renew(url, 'first', 'first-renewed');
    expect(await lookUp(url, 'first')).toBe(certificateText('first'));
    expect(await server.stop()).toBe(0);
  });

  it('moves back into an embedded store', async () => {
    const { config } = await settingsFor('redis.yaml', inRedis('moved:'));
    await done(['store', 'export', '--out', file('back')], { SCEP_CONNECTOR_CONFIG: config });
    const { settings, config: embedded } = await settingsFor('embedded.yaml', {
      dataDir: file('embedded'),
    });
    await done(['store', 'import', '--in', file('back'), '--config', embedded]);
    const server = await startServe({ settings });
    const url = scepUrlAt(server.enrolUrl);
    await enrol(url, 'third');
    await renew(url, 'first-renewed', 'first-renewed-again');
    await renew(url, 'second', 'second-renewed');
    for (const device of ['first', 'first-renewed', 'second']) {
      expect(await lookUp(url, device)).toBe(certificateText(device));
    }
    expect(await server.stop()).toBe(0);
  });

  it('is restored for dev from the backup of the running server', async () => {
    const dataDir = file('restored');
    mkdirSync(dataDir);
    for (const name of ['master.key', 'credentials.json']) {
      copyFileSync(path.join(tried.dataDir, name), path.join(dataDir, name));
    }
    await done(['store', 'import', '--in', file('backup'), '--data-dir', dataDir]);
    const restored = await startConnector({ dataDir });
    expect(restored.ready).toMatchObject({
      challengePassword: tried.ready.challengePassword,
      caFingerprintSha256: tried.ready.caFingerprintSha256,
      connectorArn: tried.ready.connectorArn,
    });
    await renew(restored.ready.scepUrl, 'first', 'first-restored');
    expect(await restored.stop()).toBe(0);
  });
});

describe.runIf(HAS_REDIS)('an import', () => {
  it('reports another master key or a damaged archive and writes nothing', async () => {
    const { config } = await settingsFor('refused.yaml', inRedis('refused:'));
    const intoIt = (archive: string, env = {}) =>
      cli(['store', 'import', '--in', archive, '--config', config], env);
    const bytes = readFileSync(file('moved'));
    await writeFile(file('cut-off'), bytes.subarray(0, -1));
    await writeFile(file('newer'), bytes.toString('latin1').replace('archive 1', 'archive 2'));
    const outcomes = [
      [await intoIt(file('cut-off')), 'damaged or incomplete'],
      [await intoIt(file('newer')), 'newer than this program'],
      [await intoIt(file('redis.yaml')), 'not an archive'],
      [await intoIt(file('nowhere')), 'cannot read'],
    ] as const;
    for (const [{ code, stderr }, reason] of outcomes) {
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringContaining(reason) as string,
      });
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
    const other = { ...inRedis('refused:'), masterKeyFile: undefined };
    const { config: otherConfig } = await settingsFor('other.yaml', other);
    const { code, stderr } = await cli(
      ['store', 'import', '--in', file('moved'), '--config', otherConfig],
      { SCEP_CONNECTOR_MASTER_KEY: '5'.repeat(64) },
    );
    expect(stderr).toContain('another master key');
    expect(code).toBe(2);
    expect(await redis.call('KEYS', 'refused:*')).toEqual([]);
  });

  it('keeps servers out after it was killed, until it has been repeated', async () => {
    const { settings, config } = await settingsFor('killed.yaml', inRedis('killed:'));
    // Connections through this process stand still when it does.
    const proxy = await startCuttingProxy(redis.port);
    const through = { nodes: [proxy.address] };
    const { config: slow } = await settingsFor('through.yaml', inRedis('killed:', through));
    await writeLargeArchive(file('large'));
    const size = async () => Number(await redis.call('DBSIZE'));
    const before = await size();
    const child = spawn(process.execPath, [
      ...[MAIN, 'store', 'import', '--in', file('large'), '--config', slow],
    ]);
    const closed = once(child, 'close');
    const isUnderWay = async () => child.exitCode !== null || (await size()) >= before + 500;
    await expect.poll(isUnderWay, { interval: 2 }).toBe(true);
    child.kill('SIGKILL');
    await closed;
    await proxy.stop();
    expect(child.signalCode).toBe('SIGKILL');
    expect(await size()).toBeLessThan(before + LARGE);
    const refused = await cli(['serve', '--config', config]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('import into the store was cut short');
    const other = await cli(['store', 'import', '--in', file('moved'), '--config', config]);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('another') as string });
    const printed = await done(['store', 'import', '--in', file('large'), '--config', config]);
    expect(printed).toMatch(new RegExp(`^c +${LARGE}$`, 'm'));
    const server = await startServe({ settings });
    expect(await server.stop()).toBe(0);
  });
});

const LARGE = 4_000;

async function writeLargeArchive(to: string): Promise<void> {
  const masterKey = Buffer.from(
    readFileSync(path.join(tried.dataDir, 'master.key'), 'utf8').trim(),
    'hex',
  );
  const store = openInMemoryRecordStore(Date.now);
  await requireMasterKey({ store, sealer: createSealer(masterKey) });
  const value = 'x'.repeat(4_000);
  const writes = Array.from({ length: LARGE }, (_, i) => {
    return { kind: 'put', collection: 'c', key: String(i).padStart(6, '0'), value } as const;
  });
  await store.commit('large', writes);
  const origin = { store, masterKey, archiveId: Buffer.alloc(16, 9), createdAt: Date.now() };
  await writeFile(to, writeArchive(origin));
}
