import type { Tables } from './open-tables.ts';
import { transact } from './transact.ts';

const INTERVAL_MS = 30_000;
/** An hour of them. */
const LOOKS = 120;
/** Bounds how long one transaction of a sweep holds the event loop and the write lock. */
const BATCH = 500;

export interface Sweeping {
  /** Ends the sweeps; resolves when none is under way. */
  stop(): Promise<void>;
}

/**
 * Frees the space of rows that have been expired for an hour, counted by looks at the clock and not by what it says: one that is a year
 * ahead for a while must not cost what lives. The timer keeps no process alive.
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
    // What ails the sweep ails the next commit as well, which has a caller to tell.
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

/** Removes at most `limit` rows that expired until `now`, the oldest first, and gives their number. */
export async function sweepExpired(tables: Tables, now: number, limit: number): Promise<number> {
  const { rows, expiries } = tables;
  const expired = () => [...expiries.getKeys({ end: [now + 1, ''], limit })];
  // Most sweeps find nothing and need not take the write lock.
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
