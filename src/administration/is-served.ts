import { CHORE_LEASES } from '../server/lead-chore.ts';
import { listEntries } from '../store/collection.ts';
import type { StoreAccess } from './with-store.ts';

/** Longer than the lease of a chore that is done every few seconds. Milliseconds. */
const SOON = 30_000;

/** Whether servers run on the store: some chores are done every few seconds, and their leases end soon unless they are renewed. */
export async function isServed({
  store,
  clock,
}: Pick<StoreAccess, 'store' | 'clock'>): Promise<boolean> {
  const { partition, collection } = CHORE_LEASES;
  const leases = await listEntries(store, partition, collection, { limit: 100 });
  return leases.some(({ expiresAt }) => expiresAt !== undefined && expiresAt - clock() < SOON);
}
