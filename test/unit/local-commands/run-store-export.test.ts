import { expect, it } from 'vitest';
import { HOUR_MS, SECOND_MS } from '../../../src/durations.ts';
import { isServed } from '../../../src/local-commands/run-store-export.ts';
import { leadChore } from '../../../src/server/lead-chore.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';

function makeWorld() {
  const time = { now: 1_700_000_000_000 };
  const clock = () => time.now;
  const store = openInMemoryRecordStore(clock);
  const chore = (everyMs: number) =>
    leadChore({ store, clock, randomUuid: () => `holder of ${everyMs}` }, `each ${everyMs}`, {
      everyMs,
      work: () => Promise.resolve(),
    });
  return { time, store, clock, frequent: chore(2 * SECOND_MS), hourly: chore(HOUR_MS) };
}

it('is true while a server does its chores, and false once it has ended', async () => {
  const world = makeWorld();
  expect(await isServed(world)).toBe(false);
  await world.hourly.run();
  await world.frequent.run();
  expect(await isServed(world)).toBe(true);
  await world.frequent.release();
  await world.hourly.release();
  expect(await isServed(world)).toBe(false);
});

it('is true for no longer than half a minute after a server was killed', async () => {
  const world = makeWorld();
  await world.hourly.run();
  await world.frequent.run();
  world.time.now += 30 * SECOND_MS;
  expect(await isServed(world)).toBe(false);
});
