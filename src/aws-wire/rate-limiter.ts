import type { RecordStore } from '../store/record-store.ts';
import { AwsError } from './aws-error.ts';
import type { Caller } from './caller.ts';
import type { Rates } from './default-rates.ts';

export interface RateLimiterOptions {
  /** Counts for all replicas together. */
  readonly store: Pick<RecordStore, 'increment'>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** An operation that is not in here has no limit; 0 lets nothing pass. */
  readonly rates: Rates;
  /** Hears why the store could not count, for the log. */
  readonly onStoreFailure?: (error: unknown) => void;
}

type RateLimitedCaller = Pick<Caller, 'accountId' | 'region' | 'service'>;

const SECOND = 1000;

/** The counter of a second outlives it by this much, since the clocks of replicas differ. */
const COUNTER_LIFETIME_MS = 30 * SECOND;

/**
 * Limits how often an account calls an operation in a region, as AWS does. A second of the clock is a window, at the seam of
 * two of which as many calls may pass as in both: the limit protects the server, and to be exact would cost a second call
 * of the store. This process counts too. It does not ask the store for what is over the limit already, so a flood costs
 * the store nothing more; and where the store fails, each replica by itself still keeps to the limit, so a fault neither lifts it
 * nor takes down the API.
 * @returns a function that throws AwsError ThrottlingException when the operation is called too often
 */
export function createRateLimiter({
  store,
  clock,
  rates,
  onStoreFailure,
}: RateLimiterOptions): (caller: RateLimitedCaller, operation: string) => Promise<void> {
  const countHere = createLocalCounter();
  return async ({ accountId, region, service }, operation) => {
    const rate = Object.hasOwn(rates, operation) ? rates[operation] : undefined;
    if (rate === undefined) return;
    const second = Math.floor(clock() / SECOND);
    const partition = `rates-${accountId}-${region}`;
    const counter = `${service}.${operation}.${second}`;
    if (countHere(second, `${partition}.${counter}`) > rate) throw throttled();
    const expiresAt = (second + 1) * SECOND + COUNTER_LIFETIME_MS;
    const count = await store
      .increment(partition, counter, 1, expiresAt)
      .catch((error: unknown) => {
        onStoreFailure?.(error);
        return 0;
      });
    if (count > rate) throw throttled();
  };
}

/** Counts within one second, and forgets all of it when another comes. */
function createLocalCounter(): (second: number, name: string) => number {
  const counts = new Map<string, number>();
  let current = 0;
  return (second, name) => {
    if (second !== current) counts.clear();
    current = second;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count;
  };
}

function throttled(): AwsError {
  return new AwsError('ThrottlingException', 'Rate exceeded');
}
