/** When a worker that has died is replaced. */
export interface RestartPolicy {
  /** A worker has come to work: those that died before are forgotten. */
  forgive(): void;
  /**
   * Milliseconds until the replacement; undefined when there is no prospect that it fares better.
   * @param lifeMs how long the dead one lived
   * @param isAnyServing whether others serve, which must not end for the sake of this one
   */
  pauseAfter(lifeMs: number, isAnyServing: boolean): number | undefined;
}

const LONGEST_PAUSE = 10_000;
/** A worker that has lived longer did not die of its start. Milliseconds. */
const SOUND_LIFE = 60_000;
/** After this many failed starts in a row there is no prospect of a good one. */
const HOPELESS = 5;

/** Pauses that grow while workers die young. @param firstPause milliseconds */
export function createRestartPolicy(firstPause: number): RestartPolicy {
  let deaths = 0;
  let failedStarts = 0;
  return {
    forgive() {
      failedStarts = 0;
    },
    pauseAfter(lifeMs, isAnyServing) {
      deaths = lifeMs > SOUND_LIFE ? 1 : deaths + 1;
      failedStarts += 1;
      if (failedStarts >= HOPELESS && !isAnyServing) return undefined;
      return Math.min(firstPause * 2 ** (deaths - 1), LONGEST_PAUSE);
    },
  };
}
