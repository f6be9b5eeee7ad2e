import { setTimeout as sleep } from 'node:timers/promises';

const AT_ONCE = 4;
const LATER = 6;
const PAUSE_MS = 1_000;

/**
 * The least cost of several tries, which end with the first that is within `limit`. Collecting garbage hits one of them, a machine
 * that does something else all those of a moment: so the last ones come after pauses.
 */
export async function leastCost(limit: number, measure: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < AT_ONCE + LATER && least > limit; run += 1) {
    if (run >= AT_ONCE) await sleep(PAUSE_MS);
    least = Math.min(least, await measure());
  }
  return least;
}
