import { z } from 'zod';
import { type Collection, deleteEntry, getEntry, putEntry } from './collection.ts';
import type { DeleteWrite, RecordStore, Write, WriteCondition } from './record-store.ts';

/** Who holds a lease: a name that is chosen anew each time one is acquired. */
export const leaseSchema = z.strictObject({ holder: z.string() });

/** The record that a lease is. It lies where the commits are that it should fence, or anywhere when it fences none. */
export interface LeasePlace {
  readonly store: RecordStore;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly partition: string;
  readonly collection: Collection<z.infer<typeof leaseSchema>>;
  readonly key: string;
}

/**
 * The right to do something alone until `expiresAt`. It saves work; nothing may be wrong when two processes believe to hold it, as
 * they do when one of them was paused for longer than its lease.
 */
export interface Lease extends LeasePlace {
  readonly holder: string;
  /** The fencing token: the version of the record, which grows with every holder and every renewal. */
  readonly token: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** By how much the clock of a holder may be ahead before his lease counts for nothing. Milliseconds. */
const CLOCK_SKEW = 60_000;

/**
 * A lease for `ttl` milliseconds, or undefined while another holder has it. One that ends later than any lease of the place can is of
 * a clock that was wrong: it is taken over, or its holder's death would leave the work undone until then.
 * @param holder a name that nobody else has and that was not used before
 * @param conditions of the place's partition, all of which have to hold as well
 */
export async function acquireLease(
  place: LeasePlace,
  { holder, ttl, longest = ttl, conditions = [] }: LeaseRequest,
): Promise<Lease | undefined> {
  const { store, clock, partition, collection, key } = place;
  const take = async (condition: WriteCondition) => {
    const expiresAt = clock() + ttl;
    const put = putEntry(collection, key, { holder }, { condition, expiresAt });
    return (await store.commit(partition, [put, ...conditions])).outcome === 'committed';
  };
  if (await take('absent')) return readBack({ ...place, holder });
  const held = await getEntry(store, partition, collection, key);
  if (held?.expiresAt === undefined) return undefined;
  const isPlausible = held.expiresAt <= clock() + longest + CLOCK_SKEW;
  if (isPlausible || !(await take({ version: held.version }))) return undefined;
  return readBack({ ...place, holder });
}

interface LeaseRequest {
  readonly holder: string;
  /** Milliseconds. */
  readonly ttl: number;
  /** The longest that anybody takes or renews a lease of the place for, in milliseconds; `ttl` by default. */
  readonly longest?: number;
  readonly conditions?: readonly Write[];
}

/** The same lease for `ttl` milliseconds from now; undefined when it has been lost. */
export async function renewLease(lease: Lease, ttl: number): Promise<Lease | undefined> {
  const { store, clock, partition, collection, key, holder, token } = lease;
  const expiresAt = clock() + ttl;
  const condition = { version: token };
  await store.commit(partition, [putEntry(collection, key, { holder }, { condition, expiresAt })]);
  // What the record says decides: a renewal whose answer was lost has changed the version as well.
  return readBack(lease);
}

/**
 * The write that ends a lease. In a commit together with what was done under the lease it fences that: when the lease has
 * been lost meanwhile, nothing of it is written.
 */
export function endLease({ collection, key, token }: Lease): DeleteWrite {
  return deleteEntry(collection, key, { version: token });
}

async function readBack(
  place: LeasePlace & { readonly holder: string },
): Promise<Lease | undefined> {
  const entry = await getEntry(place.store, place.partition, place.collection, place.key);
  if (entry?.value.holder !== place.holder || entry.expiresAt === undefined) return undefined;
  return { ...place, token: entry.version, expiresAt: entry.expiresAt };
}
