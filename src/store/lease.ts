import { z } from 'zod';
import { MINUTE_MS } from '../durations.ts';
import { type Collection, deleteEntry, getEntry, putEntry, storedObject } from './collection.ts';
import type { DeleteWrite, RecordStore, Write, WriteCondition } from './record-store.ts';

/** `holder` is a new name for each acquisition. */
export const leaseSchema = storedObject({ holder: z.string() });

/** The record of a lease. It lies in the partition of the commits that the lease should fence. */
export interface LeasePlace {
  readonly store: RecordStore;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly partition: string;
  readonly collection: Collection<z.infer<typeof leaseSchema>>;
  readonly key: string;
}

/**
 * The right to do something alone until `expiresAt`. A lease only saves work. Two processes may
 * both believe they hold it, when one of them was paused for longer than its lease, so the work
 * must be safe when it is done twice.
 */
export interface Lease extends LeasePlace {
  readonly holder: string;
  /**
   * The fencing token: the version of the record, which grows with every holder and every renewal.
   */
  readonly token: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** How far a holder's clock may be ahead before its lease is ignored. */
const CLOCK_SKEW_MS = MINUTE_MS;

/**
 * Acquires a lease for `ttlMs`, or returns undefined while another holder has it. A lease whose end
 * is later than `longestMs` allows was made with a wrong clock and is taken over: otherwise no
 * process could do the work until then if its holder died.
 */
export async function acquireLease(
  place: LeasePlace,
  { holder, ttlMs, longestMs = ttlMs, conditions = [] }: LeaseRequest,
): Promise<Lease | undefined> {
  const { store, clock, partition, collection, key } = place;
  const take = async (condition: WriteCondition) => {
    const expiresAt = clock() + ttlMs;
    const put = putEntry(collection, key, { holder }, { condition, expiresAt });
    return (await store.commit(partition, [put, ...conditions])).outcome === 'committed';
  };
  if (await take('absent')) return readBack({ ...place, holder });
  const held = await getEntry(store, partition, collection, key);
  if (held?.expiresAt === undefined) return undefined;
  const isPlausible = held.expiresAt <= clock() + longestMs + CLOCK_SKEW_MS;
  if (isPlausible || !(await take({ version: held.version }))) return undefined;
  return readBack({ ...place, holder });
}

interface LeaseRequest {
  /** A name that no other acquisition uses. */
  readonly holder: string;
  readonly ttlMs: number;
  /**
   * The longest time for which a lease of this place is acquired or renewed; `ttlMs` by default.
   */
  readonly longestMs?: number;
  /** Further writes of the place's partition, whose conditions must hold too. */
  readonly conditions?: readonly Write[];
}

/** Renews the lease for `ttlMs` from now; undefined when it has been lost. */
export async function renewLease(lease: Lease, ttlMs: number): Promise<Lease | undefined> {
  const { store, clock, partition, collection, key, holder, token } = lease;
  const expiresAt = clock() + ttlMs;
  const condition = { version: token };
  await store.commit(partition, [putEntry(collection, key, { holder }, { condition, expiresAt })]);
  // The record decides: a commit of ours whose answer was lost has changed the version as well.
  return readBack(lease);
}

/**
 * The write that ends a lease. It fences the other writes of its commit: when the lease has been
 * lost meanwhile, none of them is made.
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
