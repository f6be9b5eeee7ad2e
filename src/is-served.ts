import type { StoreAccess } from './with-store.ts';

/** Longer than the lease of a chore that is done every few seconds. Milliseconds. */
const SOON = 30_000;

/** Whether servers run on the store: some chores are done every few seconds, and their leases end soon unless they are renewed. */
export async function isServed({ store, clock }: Pick<StoreAccess, 'store' | 'clock'>) {
  const leases = await store.list('leases', 'leases', { limit: 100 });
  return leases.some(({ expiresAt }) => expiresAt !== undefined && expiresAt - clock() < SOON);
}
