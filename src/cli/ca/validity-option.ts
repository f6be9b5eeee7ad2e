import { InvalidArgumentError } from 'commander';
import { DAY_MS } from '../../durations.ts';
import type { CaDescription } from './ca-answers.ts';

const ROOT_YEARS = 10;
const SUBORDINATE_YEARS = 5;

/**
 * The default validity of a CA certificate.
 * @param issuer the CA above, which it must not outlive; undefined for a root
 */
export function usualValidity(
  issuer: Pick<CaDescription, 'NotAfter'> | undefined,
  now: Date,
): ApiValidity {
  if (issuer === undefined) return { Type: 'YEARS', Value: ROOT_YEARS };
  const inFiveYears = new Date(now).setUTCFullYear(now.getUTCFullYear() + SUBORDINATE_YEARS);
  return noLongerThan(issuer, inFiveYears, { Type: 'YEARS', Value: SUBORDINATE_YEARS });
}

/** The validity of the certificate that is replaced. @param issuer as in `usualValidity` */
export function sameValidity(
  { notBefore, notAfter }: { readonly notBefore: Date; readonly notAfter: Date },
  issuer: Pick<CaDescription, 'NotAfter'> | undefined,
  now: Date,
): ApiValidity {
  const lifeMs = notAfter.getTime() - notBefore.getTime();
  const end = now.getTime() + lifeMs;
  // CAs date notBefore back by an hour, which is no part of the days.
  const days = Math.round(lifeMs / DAY_MS);
  const validity: ApiValidity =
    days > 0 ? { Type: 'DAYS', Value: days } : { Type: 'ABSOLUTE', Value: Math.floor(end / 1_000) };
  return issuer === undefined ? validity : noLongerThan(issuer, end, validity);
}

function noLongerThan(
  issuer: Pick<CaDescription, 'NotAfter'>,
  end: number,
  validity: ApiValidity,
): ApiValidity {
  const issuerEnd = issuer.NotAfter?.getTime() ?? Number.POSITIVE_INFINITY;
  // A day of margin, because the clock of the server decides and may differ from this one.
  if (end + DAY_MS < issuerEnd) return validity;
  return { Type: 'ABSOLUTE', Value: Math.floor(issuerEnd / 1_000) };
}

/** Validity of the API. */
export interface ApiValidity {
  readonly Type: 'DAYS' | 'MONTHS' | 'YEARS' | 'ABSOLUTE';
  /** Seconds since the epoch if the type is ABSOLUTE. */
  readonly Value: number;
}

const UNITS: Readonly<Record<string, ApiValidity['Type']>> = { d: 'DAYS', m: 'MONTHS', y: 'YEARS' };

export const VALIDITY_FORMS = 'such as 90d, 18m, 10y or 2036-01-31';

/** A parser for commander. A date ends at its first moment in UTC. */
export function parseValidity(text: string): ApiValidity {
  const [, digits, unit = ''] = /^([1-9]\d{0,4})([dmy])$/.exec(text) ?? [];
  const type = UNITS[unit];
  if (type !== undefined) return { Type: type, Value: Number(digits) };
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(text);
  const time = isTime ? new Date(text).getTime() : Number.NaN;
  const exists = time > 0 && new Date(time).toISOString().startsWith(text.slice(0, 10));
  if (exists) return { Type: 'ABSOLUTE', Value: time / 1_000 };
  throw new InvalidArgumentError(`It must be a time ${VALIDITY_FORMS} or 2036-01-31T12:00:00Z.`);
}
