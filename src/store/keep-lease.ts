import { type Lease, renewLease } from './lease.ts';

export interface KeptLease {
  /**
   * Ends the renewals. The lease that it returns may be lost; a commit with its token finds out.
   */
  stop(): Promise<Lease>;
}

/**
 * Renews a lease for `ttlMs` whenever a third of that has passed, until stopped. After a failure of
 * the store the next renewal tries again. The timer does not keep the process alive.
 */
export function keepLease(lease: Lease, ttlMs: number): KeptLease {
  let latest = lease;
  let renewal = Promise.resolve();
  const renew = async () => {
    const isLong = latest.expiresAt - latest.clock() > (ttlMs * 2) / 3;
    if (!isLong) latest = (await renewLease(latest, ttlMs)) ?? latest;
  };
  const timer = setInterval(() => {
    renewal = renewal.then(renew).catch(() => undefined);
  }, ttlMs / 3).unref();
  return {
    async stop() {
      clearInterval(timer);
      await renewal;
      return latest;
    },
  };
}
