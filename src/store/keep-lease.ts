import { type Lease, renewLease } from './lease.ts';

export interface KeptLease {
  /** Ends the renewals and gives the lease as it was last known, which may have been lost: its token tells, in a commit. */
  stop(): Promise<Lease>;
}

/**
 * Renews a lease for `ttl` milliseconds whenever a third of that has passed, until told to stop. The timer keeps no process
 * alive. What the store fails at now, the next renewal tries again.
 */
export function keepLease(lease: Lease, ttl: number): KeptLease {
  let latest = lease;
  let renewal = Promise.resolve();
  const renew = async () => {
    const isLong = latest.expiresAt - latest.clock() > (ttl * 2) / 3;
    if (!isLong) latest = (await renewLease(latest, ttl)) ?? latest;
  };
  const timer = setInterval(() => {
    renewal = renewal.then(renew).catch(() => undefined);
  }, ttl / 3).unref();
  return {
    async stop() {
      clearInterval(timer);
      await renewal;
      return latest;
    },
  };
}
