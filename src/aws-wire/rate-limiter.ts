import { AwsError } from './aws-error.ts';
import type { Caller } from './caller.ts';
import type { Rates } from './default-rates.ts';
import { createSecondCounter, type SecondCounterOptions } from './second-counter.ts';

export interface RateLimiterOptions extends SecondCounterOptions {
  /** An operation that is not in here has no limit; 0 lets nothing pass. */
  readonly rates: Rates;
}

type RateLimitedCaller = Pick<Caller, 'accountId' | 'region' | 'service'>;

/**
 * Limits how often an account calls an operation in a region, as AWS does. The limit protects the server, so it need not be exact; a
 * fault of the store neither lifts it nor takes down the API.
 * @returns a function that throws AwsError ThrottlingException when the operation is called too often
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
