import { expect, it } from 'vitest';
import { limitLoad } from '../../../src/http/limit-load.ts';
import { createWorkQueue } from '../../../src/http/work-queue.ts';
import { createLogger } from '../../../src/observability/logger.ts';

function makeLimit(maxConcurrent: number) {
  const log: string[] = [];
  const state = { delay: 0 };
  const logger = createLogger('info', { write: (line) => log.push(line) });
  const queue = { ...createWorkQueue(), delay: () => state.delay };
  const load = limitLoad({
    maxConcurrent,
    logger,
    queue,
  });
  const ends: (() => void)[] = [];
  const begin = () => load.admit(() => new Promise<void>((resolve) => ends.push(resolve)));
  return { load, state, log, begin, underWay: () => ends.length, endOne: () => ends.shift()?.() };
}

it('admits requests up to the limit, and another one when one ends', async () => {
  const { load, begin, underWay, endOne } = makeLimit(2);
  const first = begin();
  void begin();
  expect(load.arrivalIsRefused()).toBe(true);
  expect(await begin()).toBe(false);
  await expect.poll(() => underWay()).toBe(2);
  endOne();
  expect(await first).toBe(true);
  expect(load.arrivalIsRefused()).toBe(false);
});

it('frees the place of work that fails', async () => {
  const { load } = makeLimit(1);
  await expect(load.admit(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(load.arrivalIsRefused()).toBe(false);
});

it('refuses early if the processor cannot keep up, but not after a pause of the machine', async () => {
  const { load, state, begin } = makeLimit(100);
  state.delay = 10_000;
  for (let i = 0; i < 8; i += 1) {
    expect(load.arrivalIsRefused()).toBe(false);
    void begin();
  }
  expect(load.arrivalIsRefused()).toBe(true);
  state.delay = 400;
  expect(load.arrivalIsRefused()).toBe(false);
});

it('logs a flood of refusals in one line', async () => {
  const { log, load, begin } = makeLimit(1);
  void begin();
  for (let i = 0; i < 1_000; i += 1) load.arrivalIsRefused();
  expect(log).toHaveLength(1);
  expect(JSON.parse(log[0] ?? '')).toMatchObject({ times: 1, underWay: 1 });
});
