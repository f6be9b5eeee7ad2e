import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { createLogger } from '../../../src/observability/logger.ts';
import { startChore } from '../../../src/server/start-chore.ts';

it('runs one at a time, goes on after a failure, and stops when the last run has ended', async () => {
  const log: string[] = [];
  const logger = createLogger('info', { write: (line) => log.push(line) });
  let runs = 0;
  let underWay = 0;
  const chore = startChore('a chore', 5, logger, async () => {
    runs += 1;
    underWay += 1;
    expect(underWay).toBe(1);
    await sleep(20);
    underWay -= 1;
    if (runs === 1) throw new Error('not today');
  });
  while (runs < 3) await sleep(5);
  await chore.stop();
  expect(underWay).toBe(0);
  const runsAtStop = runs;
  await sleep(30);
  expect(runs).toBe(runsAtStop);
  expect(log).toHaveLength(1);
  expect(log[0]).toContain('not today');
});

it('a chore that fails at each run does not fill the log', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const log: string[] = [];
  const logger = createLogger('info', { write: (line) => log.push(line) });
  let runs = 0;
  const chore = startChore('a chore', 5, logger, async () => {
    runs += 1;
    throw new Error('the store is away');
  });
  while (runs < 3) await sleep(5);
  await chore.stop();
  vi.useRealTimers();
  expect(log).toHaveLength(1);
});
