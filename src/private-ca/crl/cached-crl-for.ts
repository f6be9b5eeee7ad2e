import { SECOND_MS } from '../../durations.ts';
import type { CrlRecord } from '../revocation/revocation-record.ts';
import { type CachedCrl, createCrlCache } from './crl-cache.ts';
import { isCurrent, type WantedCrl } from './wanted-crl.ts';

/**
 * After an attempt that found no current CRL, the next one waits this long: while the key is
 * unavailable, each attempt would read all revocations for nothing. The Retry-After that refused
 * clients get is no shorter.
 */
const PAUSE_MS = 15 * SECOND_MS;

type FindCrl = (wanted: WantedCrl) => Promise<CrlRecord | undefined>;

/**
 * Wraps `find` so that a current CRL comes from memory and simultaneous calls share one attempt.
 */
export function createCachedCrlFor(clock: () => number, find: FindCrl): FindCrl {
  const cache = createCrlCache();
  const begin: FindCrl = async (wanted) => {
    const found = find(wanted);
    const cached: CachedCrl = { wanted: textOf(wanted), crl: found, settled: undefined };
    cache.keep(nameOf(wanted), cached);
    let crl: CrlRecord | undefined;
    try {
      crl = await found;
      return crl;
    } finally {
      cached.settled = { crl, at: clock() };
    }
  };
  return async (wanted) => {
    const cached = cache.get(nameOf(wanted));
    return cached && holds(cached, wanted, clock()) ? cached.crl : begin(wanted);
  };
}

function holds(cached: CachedCrl, wanted: WantedCrl, now: number): boolean {
  if (cached.wanted !== textOf(wanted)) return false;
  if (cached.settled === undefined) return true;
  const { crl, at } = cached.settled;
  // A time in the future means that the clock was set back.
  const isYoung = at <= now && now < at + PAUSE_MS;
  return isYoung || isCurrent(crl, wanted, now);
}

function nameOf({ plan }: WantedCrl): string {
  return `${plan.authority.id}/${plan.key}`;
}

function textOf({ plan, needed }: WantedCrl): string {
  const { authority, lifeMs, urls, signedAs } = plan;
  return JSON.stringify([needed, authority.status, lifeMs, urls, signedAs]);
}
