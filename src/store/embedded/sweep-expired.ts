import type { Tables } from './open-tables.ts';
import { transact } from './transact.ts';

const INTERVAL_MS = 30_000;
/** One hour of intervals. */
const LOOKS = 120;
/** Bounds how long one transaction of a sweep blocks the event loop and holds the write lock. */
const BATCH = 500;

export interface Sweeping {
  /** Ends the sweeps; resolves when none is under way. */
  stop(): Promise<void>;
}

/**
 * Removes rows that were expired at each look at the clock during the last hour, so a clock that is
 * a year ahead for a while removes nothing that is live. The timer does not keep the process alive.
 */
export function startSweeping(
  tables: Tables,
  clock: () => number,
  { intervalMs = INTERVAL_MS, looks = LOOKS } = {},
): Sweeping {
  let stopped = false;
  let sweep = Promise.resolve();
  const seen: number[] = [];
  const look = () => {
    seen.push(clock());
    if (seen.length <= looks) return;
    const until = Math.min(...seen);
    seen.shift();
    sweep = sweep.then(async () => {
      while (!stopped && (await sweepExpired(tables, until, BATCH)) === BATCH);
    });
    // A fault of the store fails the next commit too, whose caller reports it.
    sweep = sweep.catch(() => undefined);
  };
  look();
  const timer = setInterval(look, intervalMs).unref();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await sweep;
    },
  };
}

/** Removes at most `limit` rows that expired by `now`, the oldest first. @returns their number */
export async function sweepExpired(tables: Tables, now: number, limit: number): Promise<number> {
  const { rows, expiries } = tables;
  const expired = () => [...expiries.getKeys({ end: [now + 1, ''], limit })];
  // Most sweeps find nothing and do without the write lock.
  if (expired().length === 0) return 0;
  return transact(tables, () => {
    const keys = expired();
    for (const key of keys) {
      rows.removeSync(key[1]);
      expiries.removeSync(key);
    }
    return keys.length;
  });
}
