import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { leadChore } from '../../../src/server/lead-chore.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;

/** Processes on one store, each with the same chore, on one clock. */
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

it('of several processes one does the chore, and goes on doing it', async () => {
  const { time, runs, start } = makeProcesses(HOUR);
  const [first, second] = [start('first'), start('second')];
  for (let hour = 0; hour < 3; hour += 1) {
    await first.run();
    time.now += HOUR / 2;
    await second.run();
    time.now += HOUR / 2;
  }
  expect(runs).toEqual(['first', 'first', 'first']);
});

it('another does it when that one ends, at once, and when that one is killed, after its lease', async () => {
  const { time, runs, start } = makeProcesses(2 * SECOND);
  const [first, second, third] = [start('first'), start('second'), start('third')];
  await first.run();
  await second.run();
  await first.release();
  await second.run();
  time.now += 9 * SECOND;
  await third.run();
  expect(runs).toEqual(['first', 'second']);
  time.now += 2 * SECOND;
  await third.run();
  expect(runs).toEqual(['first', 'second', 'third']);
});

it('one whose clock was a year ahead when it was killed keeps nobody from the chore', async () => {
  const { time, runs, start } = makeProcesses(HOUR);
  const [wrong, right] = [start('wrong'), start('right')];
  time.now += 365 * 24 * HOUR;
  await wrong.run();
  time.now -= 365 * 24 * HOUR;
  await right.run();
  expect(runs).toEqual(['wrong', 'right']);
});

it('one whose clock was a year ahead and lives on does not do the chore beside the one that has it now', async () => {
  const { time, runs, start } = makeProcesses(HOUR);
  const [wrong, right] = [start('wrong'), start('right')];
  time.now += 365 * 24 * HOUR;
  await wrong.run();
  time.now -= 365 * 24 * HOUR;
  await right.run();
  await wrong.run();
  expect(runs).toEqual(['wrong', 'right']);
});

it('nor does it lose the chore while nobody has taken it', async () => {
  const { time, runs, start } = makeProcesses(HOUR);
  const [wrong, right] = [start('wrong'), start('right')];
  time.now += 365 * 24 * HOUR;
  await wrong.run();
  time.now -= 365 * 24 * HOUR;
  await wrong.run();
  await right.run();
  expect(runs).toEqual(['wrong', 'wrong']);
});

it('one that fails leaves the chore to another', async () => {
  const { runs, start } = makeProcesses(HOUR);
  const first = start('first', () => Promise.reject(new Error('this process cannot')));
  await expect(first.run()).rejects.toThrow('this process cannot');
  await start('second').run();
  expect(runs).toEqual(['first', 'second']);
});

it('one that was paused for longer than its lease does not take the chore back', async () => {
  const { time, runs, start } = makeProcesses(2 * SECOND);
  const [first, second] = [start('first'), start('second')];
  await first.run();
  time.now += HOUR;
  await second.run();
  await first.run();
  await first.release();
  await first.run();
  await second.run();
  expect(runs).toEqual(['first', 'second', 'second']);
});

it('one that is paused amid the chore loses it, and what it does afterwards takes it from nobody', async () => {
  const { time, runs, start } = makeProcesses(2 * SECOND);
  const second = start('second');
  const first = start('first', async () => {
    time.now += HOUR;
    await second.run();
  });
  await first.run();
  await first.release();
  await first.run();
  await second.run();
  expect(runs).toEqual(['first', 'second', 'second']);
});

it('a chore of every two seconds costs the store a write in six', async () => {
  const { time, start, counts } = makeProcesses(2 * SECOND);
  const chore = start('first');
  for (let second = 0; second < 60; second += 2) {
    await chore.run();
    time.now += 2 * SECOND;
  }
  expect(counts.commits).toBeLessThan(14);
});
