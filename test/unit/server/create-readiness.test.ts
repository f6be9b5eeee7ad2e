import { expect, it, onTestFinished, vi } from 'vitest';
import { createLogger } from '../../../src/observability/logger.ts';
import { createReadiness } from '../../../src/server/create-readiness.ts';

const log: string[] = [];
const logger = createLogger('info', { write: (line) => log.push(line) });
const messages = () => log.splice(0).map((line) => (JSON.parse(line) as { msg: string }).msg);
const never = () => new Promise<never>(() => undefined);

it('answers what the check found, and logs each change of readiness once', async () => {
  let objection: string | undefined;
  const readiness = createReadiness({ check: async () => objection, logger, freshnessMs: 0 });
  expect(await readiness.objection()).toBeUndefined();
  objection = 'the store cannot be used';
  expect(await readiness.objection()).toBe(objection);
  objection = 'the master key is not that of the store';
  expect(await readiness.objection()).toBe(objection);
  objection = undefined;
  expect(await readiness.objection()).toBeUndefined();
  expect(messages()).toEqual(['ready', 'not ready', 'ready']);
});

it('does not wait for a check that hangs, nor start another', async () => {
  let checks = 0;
  const check = () => {
    checks += 1;
    return never();
  };
  const readiness = createReadiness({ check, logger, patienceMs: 1, freshnessMs: 0 });
  for (let i = 0; i < 3; i += 1) {
    expect(await readiness.objection()).toBe('the store does not answer');
  }
  expect(checks).toBe(1);
});

it('is not ready when the check throws, and does not quote its error', async () => {
  const check = () => Promise.reject(new Error('an internal of ours'));
  const readiness = createReadiness({ check, logger });
  expect(await readiness.objection()).toBe('the server cannot tell whether it is ready');
});

it('checks the store once a second, however many probes there are', async () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(5_000);
  onTestFinished(() => now.mockRestore());
  let checks = 0;
  const check = async () => {
    checks += 1;
    return undefined;
  };
  const readiness = createReadiness({ check, logger });
  for (let i = 0; i < 10; i += 1) {
    await Promise.all(Array.from({ length: 100 }, () => readiness.objection()));
    now.mockReturnValue(5_000 + i * 111);
  }
  expect(checks).toBe(1);
  now.mockReturnValue(6_000);
  await readiness.objection();
  expect(checks).toBe(2);
});

it('is not ready after it retires, whatever the check finds', async () => {
  const readiness = createReadiness({ check: async () => undefined, logger });
  expect(await readiness.objection()).toBeUndefined();
  readiness.retire();
  expect(await readiness.objection()).toBe('the server is about to end');
});
