import type { CaContext } from '../model/ca-context.ts';
import type { AuthorityRecord } from '../records/authority-record.ts';
import { readDistributionPoints } from '../revocation/distribution-points.ts';
import type { CrlRecord } from '../revocation/revocation-record.ts';
import type { PublicPlaces } from '../revocation/revocation-urls.ts';
import { type CrlPlan, planCrl } from './plan-crl.ts';
import { readCrlMark } from './publish-crl.ts';
import { CRL_BACKDATING_MS } from './sign-crl.ts';

/** The properties that a CRL must have to be served. */
export interface WantedCrl {
  readonly plan: CrlPlan;
  /**
   * The version of the authority's mark that it has to cover, as read from the store for this
   * request.
   */
  readonly needed: number;
}

/**
 * Undefined for a partition that no certificate names.
 * @param partition two lower-case hexadecimal digits; undefined for the complete CRL
 */
export async function wantedCrl(
  ca: CaContext & PublicPlaces,
  authority: AuthorityRecord,
  partition: string | undefined,
): Promise<WantedCrl | undefined> {
  const points = partition === undefined ? [] : await readDistributionPoints(ca, authority.id);
  const plan = planCrl(ca, authority, points, partition);
  return plan && { plan, needed: await readCrlMark(ca, plan) };
}

/** A CRL, or the note of one in a bucket. */
type KnownCrl = Omit<CrlRecord, 'crl'>;

/** Whether the CRL fits the plan, covers what is needed, and is young enough. */
export function isCurrent(
  crl: KnownCrl | undefined,
  { plan, needed }: WantedCrl,
  now: number,
): crl is KnownCrl {
  if (!fits(crl, { plan, needed })) return false;
  // A thisUpdate in the future comes from a wrong clock. Clients would refuse the CRL until then.
  const isDated = crl.issuedAt - CRL_BACKDATING_MS <= now;
  const isYoung = now < crl.issuedAt + plan.lifeMs / 2;
  return isDated && isYoung && crl.lifeMs === plan.lifeMs;
}

/**
 * Whether the CRL may be served when a current one cannot be signed now: nothing was revoked since,
 * and its nextUpdate has not passed.
 */
export function isServable(crl: KnownCrl | undefined, wanted: WantedCrl, now: number): boolean {
  return fits(crl, wanted) && isValid(crl, now);
}

/** Whether the nextUpdate of the CRL has not passed. */
export function isValid(crl: KnownCrl | undefined, now: number): boolean {
  return crl !== undefined && now < crl.issuedAt + crl.lifeMs;
}

function fits(crl: KnownCrl | undefined, { plan, needed }: WantedCrl): crl is KnownCrl {
  if (crl === undefined || crl.covers < needed) return false;
  return plan.urls.join(' ') === crl.urls.join(' ') && crl.signedAs === plan.signedAs;
}
