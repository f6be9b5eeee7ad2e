import { type Entry, getEntry } from '../../store/collection.ts';
import { StoreUnavailableError, UnreadableRecordError } from '../../store/record-store.ts';
import { statusAllows } from '../authority/authority-status.ts';
import { findStoredAuthority, type LookupContext } from '../authority/find-authority.ts';
import type { SigningContext } from '../keys/ca-signing-keys.ts';
import { KeyStoreError } from '../keys/key-store.ts';
import {
  type AuthorityRecord,
  authorityPartition,
  isUnfinished,
} from '../records/authority-record.ts';
import { type CrlRecord, publishedCrls } from '../revocation/revocation-record.ts';
import type { PublicPlaces } from '../revocation/revocation-urls.ts';
import { createCachedCrlFor } from './cached-crl-for.ts';
import type { CrlPlan } from './plan-crl.ts';
import { publishCrl } from './publish-crl.ts';
import { isCurrent, isServable, isValid, type WantedCrl, wantedCrl } from './wanted-crl.ts';

/**
 * The CRLs of all authorities. `partition` is two lower-case hexadecimal digits; without it, both
 * methods return the complete CRL.
 */
export interface Crls {
  /**
   * A CRL that names every certificate whose revocation was confirmed before the call. A new one is
   * signed when a certificate was revoked since the last CRL, or when the last CRL has passed half
   * of its time to nextUpdate. An authority without a valid certificate signs none and keeps its
   * last CRL, if any. While the key is unavailable or the store takes no writes, the last CRL is
   * served until its nextUpdate if nothing was revoked since. While a revocation cannot be read, no
   * CRL is signed, since it would lack it; the last one is served until its nextUpdate. Undefined
   * for a partition that no certificate names.
   */
  crlFor(authority: AuthorityRecord, partition?: string): Promise<CrlRecord | undefined>;
  /**
   * The same for public requests, which may be frequent: a CRL that is still current comes from
   * memory, simultaneous calls share one attempt, and the outcome of a failed attempt is repeated
   * for a few seconds.
   */
  cachedCrlFor(authority: AuthorityRecord, partition?: string): Promise<CrlRecord | undefined>;
}

const NOT_PUBLISHED =
  'no CRL of this CA is published until the record can be read; the last one stays';

type CrlContext = SigningContext & PublicPlaces;

type PublishOnce = (plan: CrlPlan, previous: Entry<CrlRecord> | undefined) => Promise<void>;

export function createCrls(ca: CrlContext): Crls {
  const publishOnce = createPublishOnce(ca);
  const find = (wanted: WantedCrl) => publishedCrl(ca, publishOnce, wanted);
  const findCached = createCachedCrlFor(ca.clock, find);
  return {
    async crlFor(authority, partition) {
      const wanted = await wantedCrl(ca, authority, partition);
      return wanted && find(wanted);
    },
    async cachedCrlFor(authority, partition) {
      const wanted = await wantedCrl(ca, authority, partition);
      return wanted && findCached(wanted);
    },
  };
}

/**
 * The authority's complete CRL, DER, from `cachedCrlFor`.
 * @throws AwsError InvalidArnException, ResourceNotFoundException
 */
export async function currentCrl(
  ca: LookupContext & { readonly crls: Crls },
  authorityArn: string,
): Promise<Uint8Array | undefined> {
  const { value: authority } = await findStoredAuthority(ca, authorityArn);
  if (isUnfinished(authority)) return undefined;
  return (await ca.crls.cachedCrlFor(authority))?.crl;
}

/** The CRL in the store when it is what is wanted, otherwise a new one. */
async function publishedCrl(
  ca: CrlContext,
  publishOnce: PublishOnce,
  wanted: WantedCrl,
): Promise<CrlRecord | undefined> {
  const { authority, key } = wanted.plan;
  for (;;) {
    const published = await getEntry(
      ca.store,
      authorityPartition(authority.id),
      publishedCrls,
      key,
    );
    const [last, now] = [published?.value, ca.clock()];
    const maySign = statusAllows(authority, 'signRevocationStatus', now);
    if (!maySign || isCurrent(last, wanted, now)) return last;
    try {
      await publishOnce(wanted.plan, published);
    } catch (error) {
      if (error instanceof UnreadableRecordError) {
        ca.store.reportUnreadable?.(error, NOT_PUBLISHED);
        if (!isValid(last, now)) throw error;
        return last;
      }
      const isAway = error instanceof KeyStoreError || error instanceof StoreUnavailableError;
      if (!isAway || !isServable(last, wanted, now)) throw error;
      return last;
    }
  }
}

/**
 * Joins a build that is already running in this process. That build may have started too early, so
 * the caller checks what it published.
 */
function createPublishOnce(ca: CrlContext): PublishOnce {
  const builds = new Map<string, Promise<void>>();
  return async (plan, previous) => {
    const name = `${plan.authority.id}/${plan.key}`;
    const underWay = builds.get(name);
    if (underWay !== undefined) return underWay;
    const build = publishCrl(ca, plan, previous);
    builds.set(name, build);
    try {
      await build;
    } finally {
      builds.delete(name);
    }
  };
}
