import { defineCollection } from '../store/collection.ts';
import { keepLease } from '../store/keep-lease.ts';
import {
  acquireLease,
  endLease,
  type Lease,
  type LeasePlace,
  leaseSchema,
  renewLease,
} from '../store/lease.ts';
import type { RecordStore } from '../store/record-store.ts';

/** A chore that one process does for all processes on a store. */
export interface LedChore {
  /** Does the work, unless another process holds the chore's lease. */
  run(): Promise<void>;
  /** Gives up the lease, so that another process can take over at once. */
  release(): Promise<void>;
}

interface Dependencies {
  readonly store: RecordStore;
  readonly clock: () => number;
  readonly randomUuid: () => string;
}

/** After this time another process takes over from one that was killed during the work. */
const TTL_MS = 10_000;
/** The keys are the names of the chores. */
export const CHORE_LEASES = {
  partition: 'leases',
  collection: defineCollection('leases', leaseSchema),
};

/**
 * Puts a chore under a lease, so that only one process does it. The process keeps the lease until
 * its next run, `everyMs` later, and gives it up when the work fails or the process ends. The lease
 * only saves work: two processes may do the chore at once when one was paused and does not know yet
 * that it has lost the lease, so the chore's writes must be safe then.
 */
export function leadChore(
  { store, clock, randomUuid }: Dependencies,
  name: string,
  { everyMs, work }: { readonly everyMs: number; readonly work: () => Promise<unknown> },
): LedChore {
  const key = name.replaceAll(' ', '-');
  const place: LeasePlace = { store, clock, ...CHORE_LEASES, key };
  const longestMs = everyMs + TTL_MS;
  let held: Lease | undefined;
  const remaining = (lease: Lease) => lease.expiresAt - clock();
  const take = async () => {
    if (held === undefined || remaining(held) <= 0) {
      return acquireLease(place, { holder: randomUuid(), ttlMs: TTL_MS, longestMs });
    }
    // A lease acquired while the clock was ahead may have been taken over.
    const isSure = remaining(held) >= TTL_MS / 2 && remaining(held) <= longestMs;
    return isSure ? held : renewLease(held, TTL_MS);
  };
  const release = async () => {
    const lease = held;
    held = undefined;
    // If the store is unavailable, the lease expires.
    if (lease) await store.commit(CHORE_LEASES.partition, [endLease(lease)]).catch(() => undefined);
  };
  return {
    async run() {
      held = await take();
      if (held === undefined) return;
      const kept = keepLease(held, TTL_MS);
      try {
        await work();
      } catch (error) {
        held = await kept.stop();
        await release();
        throw error;
      }
      held = await kept.stop();
      if (remaining(held) < everyMs + TTL_MS / 2) held = await renewLease(held, longestMs);
    },
    release,
  };
}
