import { setTimeout as sleep } from 'node:timers/promises';

const AT_ONCE = 4;
const LATER = 6;
const PAUSE_MS = 1_000;

/**
 * The lowest cost of several tries. They end with the first that is within `limit`. Garbage
 * collection disturbs one try, other load on the machine all tries of a moment, so the last tries
 * come after pauses.
 */
export async function leastCost(limit: number, measure: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < AT_ONCE + LATER && least > limit; run += 1) {
    if (run >= AT_ONCE) await sleep(PAUSE_MS);
    least = Math.min(least, await measure());
  }
  return least;
}
