import { SECOND_MS } from '../durations.ts';
import type { RecordStore } from '../store/record-store.ts';

export interface SecondCounterOptions {
  /** Counts for all replicas together. */
  readonly store: Pick<RecordStore, 'increment'>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Called when the store could not count, for the log. */
  readonly onStoreFailure?: ((error: unknown) => void) | undefined;
}

/** How long a counter outlives its second, since the clocks of replicas differ. */
const COUNTER_LIFETIME_MS = 30 * SECOND_MS;

/**
 * Limits how often something happens per second, in all replicas together. The window is one second
 * of the clock; where two windows meet, up to twice the limit may pass, because exact counting
 * would need another call to the store. This process counts too. It does not ask the store about
 * what already exceeds the limit, so a flood causes no more work there, and when the store fails,
 * each replica still enforces the limit by itself.
 * @returns counts one more of `name`, and resolves to whether it is within the limit
 */
export function createSecondCounter({
  store,
  clock,
  onStoreFailure,
}: SecondCounterOptions): (partition: string, name: string, limit: number) => Promise<boolean> {
  const countHere = createLocalCounter();
  return async (partition, name, limit) => {
    const second = Math.floor(clock() / SECOND_MS);
    const counter = `${name}.${second}`;
    if (countHere(second, `${partition}.${counter}`) > limit) return false;
    const expiresAt = (second + 1) * SECOND_MS + COUNTER_LIFETIME_MS;
    const count = await store
      .increment(partition, counter, 1, expiresAt)
      .catch((error: unknown) => {
        onStoreFailure?.(error);
        return 0;
      });
    return count <= limit;
  };
}

/** Counts within one second, and resets when another begins. */
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
