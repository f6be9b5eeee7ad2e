import { beforeEach, expect, it, vi } from 'vitest';
import { createLogger } from '../../../src/observability/logger.ts';
import { startChore } from '../../../src/server/start-chore.ts';

const EVERY_MS = 5;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  return () => vi.useRealTimers();
});

it('does one run at a time, continues after a failure, and stops when the last run has ended', async () => {
  const log: string[] = [];
  const logger = createLogger('info', { write: (line) => log.push(line) });
  let runs = 0;
  let finishRun: () => void = () => undefined;
  const chore = startChore('a chore', EVERY_MS, logger, async () => {
    runs += 1;
    await new Promise<void>((resolve) => {
      finishRun = resolve;
    });
    if (runs === 1) throw new Error('not today');
  });
  await vi.advanceTimersByTimeAsync(4 * EVERY_MS);
  expect(runs).toBe(1);
  finishRun();
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  expect(runs).toBe(2);
  let isStopped = false;
  const stopped = chore.stop().then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(isStopped).toBe(false);
  finishRun();
  await stopped;
  await vi.advanceTimersByTimeAsync(6 * EVERY_MS);
  expect(runs).toBe(2);
  expect(log).toHaveLength(1);
  expect(log[0]).toContain('not today');
});

it('logs a chore that fails at every run only once in ten seconds', async () => {
  const log: string[] = [];
  const logger = createLogger('info', { write: (line) => log.push(line) });
  let runs = 0;
  const chore = startChore('a chore', EVERY_MS, logger, async () => {
    runs += 1;
    throw new Error('the store is away');
  });
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  await chore.stop();
  expect(runs).toBe(3);
  expect(log).toHaveLength(1);
});
