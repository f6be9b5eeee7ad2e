import { AwsError } from './aws-error.ts';
import type { Caller } from './caller.ts';
import type { Rates } from './default-rates.ts';
import { createSecondCounter, type SecondCounterOptions } from './second-counter.ts';

export interface RateLimiterOptions extends SecondCounterOptions {
  /** An operation without an entry has no limit; with 0 every call is refused. */
  readonly rates: Rates;
}

type RateLimitedCaller = Pick<Caller, 'accountId' | 'region' | 'service'>;

/**
 * Limits how often an account calls an operation in a region, as AWS does. The limit protects the
 * server, so it need not be exact. A fault of the store neither disables it nor the API.
 * @returns a function that throws AwsError ThrottlingException when the operation is called too
 *   often
 */
export function createRateLimiter({
  rates,
  ...counting
}: RateLimiterOptions): (caller: RateLimitedCaller, operation: string) => Promise<void> {
  const isWithin = createSecondCounter(counting);
  return async ({ accountId, region, service }, operation) => {
    const rate = Object.hasOwn(rates, operation) ? rates[operation] : undefined;
    if (rate === undefined) return;
    const partition = `rates-${accountId}-${region}`;
    if (await isWithin(partition, `${service}.${operation}`, rate)) return;
    throw new AwsError('ThrottlingException', 'Rate exceeded');
  };
}
