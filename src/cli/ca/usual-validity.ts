import type { Authority } from './ca-answers.ts';
import type { Validity } from './validity-option.ts';

const ROOT_YEARS = 10;
const SUBORDINATE_YEARS = 5;
const DAY = 86_400_000;

/**
 * The validity of a CA's certificate about which nothing was said.
 * @param issuer the CA above it, which it must not outlive; undefined for a root
 */
export function usualValidity(
  issuer: Pick<Authority, 'NotAfter'> | undefined,
  now: Date,
): Validity {
  if (issuer === undefined) return { Type: 'YEARS', Value: ROOT_YEARS };
  const end = issuer.NotAfter?.getTime() ?? Number.POSITIVE_INFINITY;
  const inFiveYears = new Date(now).setUTCFullYear(now.getUTCFullYear() + SUBORDINATE_YEARS);
  // The clock of the server may differ, and it is the one that counts.
  if (inFiveYears + DAY < end) return { Type: 'YEARS', Value: SUBORDINATE_YEARS };
  return { Type: 'ABSOLUTE', Value: Math.floor(end / 1_000) };
}
