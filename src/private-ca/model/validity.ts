import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../durations.ts';

export const validitySchema = z.object({
  Value: z.int().min(1),
  Type: z.enum(['END_DATE', 'ABSOLUTE', 'DAYS', 'MONTHS', 'YEARS']),
});

export type RequestedValidity = z.infer<typeof validitySchema>;

/** The longest life of a certificate from an authority of the mode SHORT_LIVED_CERTIFICATE. */
const SHORT_LIFE_MS = 7 * DAY_MS;
/** GeneralizedTime ends with the year 9999 (RFC 5280 section 4.1.2.5). */
export const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59);

export interface ResolvedValidity {
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** From now to notAfter. */
  readonly lifeMs: number;
}

/**
 * NotBefore and NotAfter of a certificate, in whole seconds. NotBefore is by default an hour before
 * `now`, as at AWS; NotAfter counts from `now`, not from NotBefore.
 * @param now milliseconds since the epoch
 * @throws AwsError ValidationException when NotAfter is past, before NotBefore, or beyond the year
 *   9999
 */
export function resolveValidity(
  validity: RequestedValidity,
  notBefore: RequestedValidity | undefined,
  now: number,
): ResolvedValidity {
  if (notBefore !== undefined && notBefore.Type !== 'ABSOLUTE') {
    throw invalid('ValidityNotBefore must be of type ABSOLUTE');
  }
  const start = wholeSeconds(notBefore === undefined ? now - HOUR_MS : notBefore.Value * SECOND_MS);
  const end = wholeSeconds(endOf(validity, now));
  if (Number.isNaN(end) || end > LAST_MOMENT) throw invalid('The validity is out of range');
  if (end <= now) throw invalid('The certificate validity specified has already ended');
  if (start > end) throw invalid('ValidityNotBefore is after the end of the validity');
  return { notBefore: new Date(start), notAfter: new Date(end), lifeMs: end - now };
}

/**
 * @param issuerNotAfter milliseconds since the epoch; undefined for a root's own certificate, which
 *   has no limit
 * @throws AwsError ValidationException when the certificate would outlive its issuer, or live
 *   longer than the usage mode of its issuer allows
 */
export function requireValidityWithin(
  { notAfter, lifeMs }: ResolvedValidity,
  issuerNotAfter: number | undefined,
  usageMode: 'GENERAL_PURPOSE' | 'SHORT_LIVED_CERTIFICATE' = 'GENERAL_PURPOSE',
): void {
  if (issuerNotAfter === undefined) return;
  if (notAfter.getTime() > issuerNotAfter) {
    throw invalid('The certificate validity specified exceeds the certificate authority validity');
  }
  if (usageMode === 'SHORT_LIVED_CERTIFICATE' && lifeMs > SHORT_LIFE_MS) {
    throw invalid(
      'The certificate validity specified exceeds 7 days, the maximum of the usage mode SHORT_LIVED_CERTIFICATE',
    );
  }
}

function wholeSeconds(time: number): number {
  return Math.floor(time / SECOND_MS) * SECOND_MS;
}

function endOf({ Type, Value }: RequestedValidity, now: number): number {
  switch (Type) {
    case 'ABSOLUTE':
      return Value * SECOND_MS;
    case 'DAYS':
      return now + Value * DAY_MS;
    case 'MONTHS':
      return addMonths(now, Value);
    case 'YEARS':
      return addMonths(now, Value * 12);
    case 'END_DATE':
      return endDate(Value);
  }
}

/** The same day of a later month, or the last day of a shorter month. */
function addMonths(time: number, months: number): number {
  const date = new Date(time);
  const lastOfMonth = new Date(time);
  lastOfMonth.setUTCMonth(date.getUTCMonth() + months + 1, 0);
  const day = Math.min(date.getUTCDate(), lastOfMonth.getUTCDate());
  return date.setUTCMonth(date.getUTCMonth() + months, day);
}

/**
 * YYMMDDHHMMSS, which as a number may have lost leading zeros, or YYYYMMDDHHMMSS. A YY below 50
 * means 20YY.
 */
function endDate(value: number): number {
  const text = String(value);
  const digits = text.length > 12 ? text : text.padStart(12, '0');
  const [year = '', ...fields] =
    digits.match(/^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/)?.slice(1) ?? [];
  const century = year.length === 4 ? '' : Number(year) < 50 ? '20' : '19';
  const [month, day, hour, minute, second] = fields;
  const date = new Date(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Date reads 31 June as 1 July.
  const exists = date.getUTCDate() === Number(day);
  if (!exists) throw invalid('The END_DATE is not of the form YYMMDDHHMMSS or YYYYMMDDHHMMSS');
  return date.getTime();
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
