import { MINUTE_MS } from '../durations.ts';

/** Decides when a worker that has died is replaced. */
export interface RestartPolicy {
  /** Forgets earlier failed starts, because a worker has started. */
  forgive(): void;
  /**
   * Milliseconds until the replacement starts; undefined when the server should give up.
   * @param lifeMs how long the dead worker lived
   * @param isAnyServing whether other workers serve; then the server never gives up
   */
  pauseAfter(lifeMs: number, isAnyServing: boolean): number | undefined;
}

const LONGEST_PAUSE_MS = 10_000;
/** A worker that has lived longer did not fail to start. */
const SOUND_LIFE_MS = MINUTE_MS;
/** After this many failed starts in a row the server gives up. */
const MAX_FAILED_STARTS = 5;

/** The pause doubles for each worker in a row that dies within a minute. */
export function createRestartPolicy(firstPauseMs: number): RestartPolicy {
  let deaths = 0;
  let failedStarts = 0;
  return {
    forgive() {
      failedStarts = 0;
    },
    pauseAfter(lifeMs, isAnyServing) {
      deaths = lifeMs > SOUND_LIFE_MS ? 1 : deaths + 1;
      failedStarts += 1;
      if (failedStarts >= MAX_FAILED_STARTS && !isAnyServing) return undefined;
      return Math.min(firstPauseMs * 2 ** (deaths - 1), LONGEST_PAUSE_MS);
    },
  };
}
