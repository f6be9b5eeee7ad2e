import type { CrlRecord } from '../revocation/revocation-record.ts';

/** This process's last attempt to find a CRL. */
export interface CachedCrl {
  /** What was wanted, as text for comparison. */
  readonly wanted: string;
  readonly crl: Promise<CrlRecord | undefined>;
  /**
   * Undefined until the attempt ends; then its CRL (undefined after an error) and the time, in
   * milliseconds since the epoch.
   */
  settled: { readonly crl: CrlRecord | undefined; readonly at: number } | undefined;
}

/** Attempts by authority and CRL. */
export interface CrlCache {
  get(name: string): CachedCrl | undefined;
  /** Keeps an attempt. Once the length of its CRL is known, the oldest entries make room for it. */
  keep(name: string, cached: CachedCrl): void;
}

const MOST_OCTETS = 64 * 1024 * 1024;

export function createCrlCache(mostOctets = MOST_OCTETS): CrlCache {
  const entries = new Map<string, { readonly cached: CachedCrl; octets: number }>();
  let octets = 0;
  const forget = (name: string) => {
    octets -= entries.get(name)?.octets ?? 0;
    entries.delete(name);
  };
  const makeRoom = () => {
    for (const oldest of entries.keys()) {
      if (octets <= mostOctets) return;
      forget(oldest);
    }
  };
  return {
    get: (name) => entries.get(name)?.cached,
    keep(name, cached) {
      forget(name);
      const entry = { cached, octets: 0 };
      entries.set(name, entry);
      const weigh = (length: number) => {
        if (entries.get(name) !== entry) return;
        entry.octets = length;
        octets += length;
        if (length > mostOctets) forget(name);
        makeRoom();
      };
      cached.crl.then(
        (crl) => weigh(crl?.crl.length ?? 0),
        () => undefined,
      );
    },
  };
}
