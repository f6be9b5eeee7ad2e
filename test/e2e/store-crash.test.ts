import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openLmdbRecordStore } from '../../src/store/embedded/lmdb-record-store.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const PROGRAM = path.resolve(import.meta.dirname, 'storm-commits.mjs');
const ROUNDS = 6;
const ALL = { limit: 1_000_000 };

/** A process that commits without end, and the keys that it has printed as acknowledged. */
function startStorm(directory: string, name: string) {
  const child = spawn(process.execPath, [PROGRAM, directory, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const acknowledged: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (key) => acknowledged.push(key));
  return {
    acknowledged,
    /** Resolves when `count` more commits are acknowledged. */
    async proceeds(count: number) {
      const goal = acknowledged.length + count;
      while (acknowledged.length < goal) await once(lines, 'line');
    },
    async kill() {
      child.kill('SIGKILL');
      expect(await ended, 'the storm must not end by itself').toEqual([null, 'SIGKILL']);
    },
  };
}

it('loses no acknowledged commit and keeps no partial one when processes are killed', async () => {
  const directory = tempDirectory();
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [first, second] = [`${round}a`, `${round}b`].map((name) => startStorm(directory, name));
    if (!first || !second) throw new Error('two storms are started');
    await Promise.all([first.proceeds(1), second.proceeds(1)]);
    await delay(Math.random() * 200);
    await first.kill();
    // A process that is killed within a transaction leaves its lock to the others.
    await second.proceeds(20);
    await second.kill();
    acknowledged.push(...first.acknowledged, ...second.acknowledged);

    const store = await openLmdbRecordStore({ directory, clock: Date.now });
    const left = await store.list('p', 'left', ALL);
    const right = await store.list('p', 'right', ALL);
    const increments = await store.increment('p', 'increments', 0);
    await store.commit('p', [{ kind: 'put', collection: 'other', key: 'k', value: '' }]);
    const nextVersion = (await store.get('p', 'other', 'k'))?.version;
    await store.close();

    const kept = new Map(left.map(({ key, value }) => [key, value]));
    expect(acknowledged.filter((key) => !kept.has(key))).toEqual([]);
    expect(right.map(({ key, value }) => [key, value])).toEqual([...kept]);
    expect(increments).toBeGreaterThanOrEqual(acknowledged.length);
    const versions = [...left, ...right].map(({ version }) => version);
    expect(new Set(versions).size).toBe(versions.length);
    expect(nextVersion).toBeGreaterThan(Math.max(...versions));
  }
  expect(acknowledged.length).toBeGreaterThan(ROUNDS * 20);
});
