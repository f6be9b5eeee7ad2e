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

/** A chore that one of all processes on a store does. */
export interface LedChore {
  /** Does the work, unless another process has the chore. */
  run(): Promise<void>;
  /** Lets another process have the chore at once. */
  release(): Promise<void>;
}

interface Dependencies {
  readonly store: RecordStore;
  readonly clock: () => number;
  readonly randomUuid: () => string;
}

/** How long a chore stays undone when the process that was doing it is killed. Milliseconds. */
const TTL = 10_000;
/** By the name of the chore. */
export const CHORE_LEASES = {
  partition: 'leases',
  collection: defineCollection('leases', leaseSchema),
};

/**
 * A chore under a lease, so that not every process does it: the one that has the lease keeps it until its next run is due, `everyMs`
 * later, and gives it up when it fails or ends. That saves work and nothing else. What the chore writes must be safe when two
 * processes do it at once, as when one was paused and does not know yet that it has lost the lease.
 */
export function leadChore(
  { store, clock, randomUuid }: Dependencies,
  name: string,
  { everyMs, work }: { readonly everyMs: number; readonly work: () => Promise<unknown> },
): LedChore {
  const key = name.replaceAll(' ', '-');
  const place: LeasePlace = { store, clock, ...CHORE_LEASES, key };
  const longest = everyMs + TTL;
  let held: Lease | undefined;
  const remaining = (lease: Lease) => lease.expiresAt - clock();
  const take = async () => {
    if (held === undefined || remaining(held) <= 0) {
      return acquireLease(place, { holder: randomUuid(), ttl: TTL, longest });
    }
    // One that was taken by a clock which was ahead may be another's by now.
    const isSure = remaining(held) >= TTL / 2 && remaining(held) <= longest;
    return isSure ? held : renewLease(held, TTL);
  };
  const release = async () => {
    const lease = held;
    held = undefined;
    // When the store cannot be reached, the lease ends by itself.
    if (lease) await store.commit(CHORE_LEASES.partition, [endLease(lease)]).catch(() => undefined);
  };
  return {
    async run() {
      held = await take();
      if (held === undefined) return;
      const kept = keepLease(held, TTL);
      try {
        await work();
      } catch (error) {
        held = await kept.stop();
        await release();
        throw error;
      }
      held = await kept.stop();
      if (remaining(held) < everyMs + TTL / 2) held = await renewLease(held, longest);
    },
    release,
  };
}
