import type { RecordStore } from '../store/record-store.ts';

export interface SecondCounterOptions {
  /** Counts for all replicas together. */
  readonly store: Pick<RecordStore, 'increment'>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Hears why the store could not count, for the log. */
  readonly onStoreFailure?: ((error: unknown) => void) | undefined;
}

const SECOND = 1000;

/** The counter of a second outlives it by this much, since the clocks of replicas differ. */
const COUNTER_LIFETIME_MS = 30 * SECOND;

/**
 * Limits how often something happens in a second, in all replicas together. A second of the clock is a window, at the seam of two of
 * which as much may pass as in both: to be exact would cost a second call of the store. This process counts
 * too. It does not ask the store for what is over the limit already, so a flood costs the store nothing more; and where
 * the store fails, each replica by itself still keeps to the limit.
 * @returns counts one more of `name`, and tells whether it is within the limit
 */
export function createSecondCounter({
  store,
  clock,
  onStoreFailure,
}: SecondCounterOptions): (partition: string, name: string, limit: number) => Promise<boolean> {
  const countHere = createLocalCounter();
  return async (partition, name, limit) => {
    const second = Math.floor(clock() / SECOND);
    const counter = `${name}.${second}`;
    if (countHere(second, `${partition}.${counter}`) > limit) return false;
    const expiresAt = (second + 1) * SECOND + COUNTER_LIFETIME_MS;
    const count = await store
      .increment(partition, counter, 1, expiresAt)
      .catch((error: unknown) => {
        onStoreFailure?.(error);
        return 0;
      });
    return count <= limit;
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
