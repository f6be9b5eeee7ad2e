import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { enrolDevice } from '../support/clients/enrol-device.ts';
import { runCommand } from '../support/clients/run-command.ts';
import { childProcesses, isAlive } from '../support/servers/child-processes.ts';
import { MAIN } from '../support/servers/spawn-server.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { FREE_PORTS, type RunningServe, startServe } from '../support/servers/start-serve.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const ATTEMPTS = 8;

let tried: Pick<RunningConnector, 'ready' | 'dataDir'>;
let settings: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  const { ready, dataDir, stop } = await startConnector();
  await stop();
  tried = { ready, dataDir };
  settings = {
    dataDir,
    masterKeyFile: path.join(dataDir, 'master.key'),
    workers: 3,
    ...FREE_PORTS,
  };
});

function workersOf({ process: primary }: RunningServe): readonly number[] {
  return childProcesses(primary.pid ?? 0);
}

async function isReady({ opsUrl }: RunningServe): Promise<boolean> {
  return (await fetch(`${opsUrl}/readyz`)).ok;
}

/**
 * A device that retries, as devices do.
 * @returns the number of attempts
 */
async function enrolAtLast(server: RunningServe, subject: string): Promise<number> {
  const { scepUrl, challengePassword: challenge, caFingerprintSha256 } = tried.ready;
  const url = `${server.enrolUrl}${new URL(scepUrl).pathname}`;
  for (let attempt = 1; ; attempt += 1) {
    const enrolled = await enrolDevice({
      ...{ url, challenge, subject },
      caFingerprint: caFingerprintSha256,
    });
    if (enrolled.code === 0) return attempt;
    if (attempt === ATTEMPTS) throw new Error(`${subject}: ${enrolled.stderr}`);
  }
}

describe('scep-connector serve with three workers', () => {
  it('enrols all devices while its workers are killed one after another', async () => {
    const server = await startServe({ settings });
    expect(server.logged('listening')).toHaveLength(1);
    await expect.poll(() => workersOf(server).length).toBe(3);
    await expect.poll(() => server.logged('ready').length).toBe(3);
    expect(new Set(server.logged('ready').map(({ worker }) => worker))).toEqual(new Set([1, 2, 3]));

    let killed = 0;
    const enrolling = { isOver: false };
    const killing = async () => {
      while (!enrolling.isOver) {
        await sleep(100);
        if (server.logged('ready').length < 3 + killed) continue;
        const [victim] = workersOf(server);
        if (victim === undefined) continue;
        process.kill(victim, 'SIGKILL');
        killed += 1;
      }
    };
    const devices = async (lane: string) => {
      for (let number = 0; number < 3 || killed < 3; number += 1) {
        await enrolAtLast(server, `CN=device-${lane}-${number}`);
      }
    };
    const killer = killing();
    await Promise.all(['a', 'b'].map(devices)).finally(() => {
      enrolling.isOver = true;
    });
    await killer;
    await expect.poll(() => workersOf(server).length).toBe(3);
    await expect.poll(() => isReady(server)).toBe(true);
    await expect
      .poll(() => server.logged('a worker has ended').length)
      .toBeGreaterThanOrEqual(killed);

    const left = workersOf(server);
    expect(await server.stop()).toBe(0);
    await expect.poll(() => left.filter(isAlive)).toEqual([]);
  });

  it('leaves no orphan when its primary is killed', async () => {
    const server = await startServe({ settings });
    await expect.poll(() => server.logged('ready').length).toBe(3);
    const workers = workersOf(server);
    await server.kill();
    await expect.poll(() => workers.filter(isAlive)).toEqual([]);
  });

  it('reports a mistake once, and exits with 2', async () => {
    const file = path.join(tempDirectory(), 'serve.yaml');
    const serve = (env: Record<string, string> = {}) =>
      runCommand(process.execPath, [MAIN, 'serve', '--config', file], { env });
    const { masterKeyFile: _, ...keyless } = settings;
    writeFileSync(file, stringify(keyless));
    const wrongKey = await serve({ SCEP_CONNECTOR_MASTER_KEY: 'ab'.repeat(32) });
    expect(wrongKey.code).toBe(2);
    const lines = wrongKey.stderr.split('\n').filter((line) => line.startsWith('scep-connector:'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('master key');
    writeFileSync(file, stringify({ ...settings, credentialsFile: '/nowhere', api: { port: -1 } }));
    const mistakes = await serve();
    expect(mistakes.code).toBe(2);
    expect(mistakes.stderr.trim().split('\n')).toHaveLength(2);
    expect(mistakes.stderr).not.toContain('"worker"');
  });
});
