import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../../src/durations.ts';
import { leadChore } from '../../../src/server/lead-chore.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';

/** Processes with the same chore on one store, with one clock. */
function makeProcesses(everyMs: number) {
  const time = { now: 1_000_000 };
  const clock = () => time.now;
  const inMemory = openInMemoryRecordStore(clock);
  const counts = { commits: 0 };
  const store: RecordStore = {
    ...inMemory,
    commit: (...call) => {
      counts.commits += 1;
      return inMemory.commit(...call);
    },
  };
  const runs: string[] = [];
  const start = (name: string, work: () => Promise<unknown> = async () => undefined) =>
    leadChore({ store, clock, randomUuid: randomUUID }, 'a chore', {
      everyMs,
      work: async () => {
        runs.push(name);
        await work();
      },
    });
  return { time, runs, start, counts };
}

it('lets one of several processes do the chore every time', async () => {
  const { time, runs, start } = makeProcesses(HOUR_MS);
  const [first, second] = [start('first'), start('second')];
  for (let hour = 0; hour < 3; hour += 1) {
    await first.run();
    time.now += HOUR_MS / 2;
    await second.run();
    time.now += HOUR_MS / 2;
  }
  expect(runs).toEqual(['first', 'first', 'first']);
});

it('lets another process take over when the first ends, or when its lease expires after a kill', async () => {
  const { time, runs, start } = makeProcesses(2 * SECOND_MS);
  const [first, second, third] = [start('first'), start('second'), start('third')];
  await first.run();
  await second.run();
  await first.release();
  await second.run();
  time.now += 9 * SECOND_MS;
  await third.run();
  expect(runs).toEqual(['first', 'second']);
  time.now += 2 * SECOND_MS;
  await third.run();
  expect(runs).toEqual(['first', 'second', 'third']);
});

it('ignores the lease of a process whose clock was a year ahead when it was killed', async () => {
  const { time, runs, start } = makeProcesses(HOUR_MS);
  const [wrong, right] = [start('wrong'), start('right')];
  time.now += 365 * DAY_MS;
  await wrong.run();
  time.now -= 365 * DAY_MS;
  await right.run();
  expect(runs).toEqual(['wrong', 'right']);
});

it('stops a process whose clock was a year ahead once another one has taken over', async () => {
  const { time, runs, start } = makeProcesses(HOUR_MS);
  const [wrong, right] = [start('wrong'), start('right')];
  time.now += 365 * DAY_MS;
  await wrong.run();
  time.now -= 365 * DAY_MS;
  await right.run();
  await wrong.run();
  expect(runs).toEqual(['wrong', 'right']);
});

it('lets a process whose clock was a year ahead keep the chore if no other has taken over', async () => {
  const { time, runs, start } = makeProcesses(HOUR_MS);
  const [wrong, right] = [start('wrong'), start('right')];
  time.now += 365 * DAY_MS;
  await wrong.run();
  time.now -= 365 * DAY_MS;
  await wrong.run();
  await right.run();
  expect(runs).toEqual(['wrong', 'wrong']);
});

it('lets another process do the chore when the work fails', async () => {
  const { runs, start } = makeProcesses(HOUR_MS);
  const first = start('first', () => Promise.reject(new Error('this process cannot')));
  await expect(first.run()).rejects.toThrow('this process cannot');
  await start('second').run();
  expect(runs).toEqual(['first', 'second']);
});

it('does not return the chore to a process that was paused for longer than its lease', async () => {
  const { time, runs, start } = makeProcesses(2 * SECOND_MS);
  const [first, second] = [start('first'), start('second')];
  await first.run();
  time.now += HOUR_MS;
  await second.run();
  await first.run();
  await first.release();
  await first.run();
  await second.run();
  expect(runs).toEqual(['first', 'second', 'second']);
});

it('does not return the chore to a process that was paused during the work', async () => {
  const { time, runs, start } = makeProcesses(2 * SECOND_MS);
  const second = start('second');
  const first = start('first', async () => {
    time.now += HOUR_MS;
    await second.run();
  });
  await first.run();
  await first.release();
  await first.run();
  await second.run();
  expect(runs).toEqual(['first', 'second', 'second']);
});

it('writes to the store only once in six for a chore of every two seconds', async () => {
  const { time, start, counts } = makeProcesses(2 * SECOND_MS);
  const chore = start('first');
  for (let second = 0; second < 60; second += 2) {
    await chore.run();
    time.now += 2 * SECOND_MS;
  }
  expect(counts.commits).toBeLessThan(14);
});
