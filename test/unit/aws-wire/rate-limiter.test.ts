import { expect, it, vi } from 'vitest';
import type { Rates } from '../../../src/aws-wire/default-rates.ts';
import { createRateLimiter } from '../../../src/aws-wire/rate-limiter.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';

const CALLER = {
  accountId: '123456789012',
  region: 'us-east-1',
  service: 'pca-connector-scep',
} as const;

const THROTTLED = { name: 'AwsError', code: 'ThrottlingException', message: 'Rate exceeded' };

type LimitRate = ReturnType<typeof createRateLimiter>;

function world() {
  const time = { now: 1_700_000_000_000 };
  const clock = () => time.now;
  const store = openInMemoryRecordStore(clock);
  const increment = vi.spyOn(store, 'increment');
  const replica = (rates: Rates = { GetConnector: 3, ListConnectors: 3 }) =>
    createRateLimiter({ store, clock, rates });
  return { time, clock, store, increment, replica };
}

/** How many of `calls` pass. */
async function passes(
  calls: number,
  limitRate: LimitRate,
  caller: Parameters<LimitRate>[0] = CALLER,
  operation = 'GetConnector',
): Promise<number> {
  const outcomes = await Promise.allSettled(
    Array.from({ length: calls }, () => limitRate(caller, operation)),
  );
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(THROTTLED);
  }
  return outcomes.filter(({ status }) => status === 'fulfilled').length;
}

it('allows as many calls per second as the rate says', async () => {
  const { time, replica } = world();
  const limitRate = replica();
  expect(await passes(5, limitRate)).toBe(3);
  time.now += 999;
  expect(await passes(5, limitRate)).toBe(0);
  time.now += 1;
  expect(await passes(5, limitRate)).toBe(3);
});

it('counts accounts, regions and operations separately', async () => {
  const limitRate = world().replica();
  expect(await passes(5, limitRate)).toBe(3);
  expect(await passes(5, limitRate, { ...CALLER, accountId: '999999999999' })).toBe(3);
  expect(await passes(5, limitRate, { ...CALLER, region: 'eu-west-1' })).toBe(3);
  expect(await passes(5, limitRate, CALLER, 'ListConnectors')).toBe(3);
});

it('counts the calls of all replicas together', async () => {
  const { replica } = world();
  const [one, other] = [replica(), replica()];
  expect((await passes(2, one)) + (await passes(4, other))).toBe(3);
});

it('does not call the store for calls over the limit', async () => {
  const { replica, increment } = world();
  await passes(1000, replica());
  expect(increment).toHaveBeenCalledTimes(3);
});

it('keeps a counter 30 seconds beyond its second, as the clocks of replicas differ', async () => {
  const { time, replica, increment, store } = world();
  await passes(1, replica());
  const [partition = '', counter = ''] = increment.mock.calls[0] ?? [];
  time.now += 30_000;
  expect(await store.increment(partition, counter, 0)).toBe(1);
  time.now += 2000;
  expect(await store.increment(partition, counter, 0)).toBe(0);
});

it('enforces the limit in each replica when the store fails, and reports the failure', async () => {
  const { clock } = world();
  const failure = new Error('the store is away');
  const onStoreFailure = vi.fn();
  const store = { increment: () => Promise.reject(failure) };
  const options = { store, clock, rates: { GetConnector: 3 }, onStoreFailure };
  expect(await passes(5, createRateLimiter(options))).toBe(3);
  expect(onStoreFailure.mock.calls).toEqual([[failure], [failure], [failure]]);
});

it('does not limit an operation without a rate, and refuses one with rate 0', async () => {
  const { replica, increment } = world();
  const limitRate = replica({ GetConnector: 0, ListConnectors: 1 });
  expect(await passes(1, limitRate)).toBe(0);
  expect(await passes(20, limitRate, CALLER, 'TagResource')).toBe(20);
  expect(await passes(20, limitRate, CALLER, 'toString')).toBe(20);
  expect(increment).not.toHaveBeenCalled();
});
