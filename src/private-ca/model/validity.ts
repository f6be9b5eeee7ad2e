import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';

export const validitySchema = z.object({
  Value: z.int().min(1),
  Type: z.enum(['END_DATE', 'ABSOLUTE', 'DAYS', 'MONTHS', 'YEARS']),
});

export type RequestedValidity = z.infer<typeof validitySchema>;

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** The most that an authority of the mode SHORT_LIVED_CERTIFICATE issues for. */
const SHORT_LIFE = 7 * DAY;
/** RFC 5280 section 4.1.2.5: GeneralizedTime ends with the year 9999. */
export const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59);

export interface ResolvedValidity {
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** From now to notAfter, in milliseconds. */
  readonly life: number;
}

/**
 * NotBefore and NotAfter of a certificate, in whole seconds: NotBefore an hour before `now` by default, as AWS does, NotAfter
 * counted from `now` and not from NotBefore.
 * @param now milliseconds since the epoch
 * @throws AwsError ValidationException when NotAfter is past, not after NotBefore, or beyond the year 9999
 */
export function resolveValidity(
  validity: RequestedValidity,
  notBefore: RequestedValidity | undefined,
  now: number,
): ResolvedValidity {
  if (notBefore !== undefined && notBefore.Type !== 'ABSOLUTE') {
    throw invalid('ValidityNotBefore must be of type ABSOLUTE');
  }
  const start = wholeSeconds(notBefore === undefined ? now - HOUR : notBefore.Value * 1_000);
  const end = wholeSeconds(endOf(validity, now));
  if (Number.isNaN(end) || end > LAST_MOMENT) throw invalid('The validity is out of range');
  if (end <= now) throw invalid('The certificate validity specified has already ended');
  if (start > end) throw invalid('ValidityNotBefore is after the end of the validity');
  return { notBefore: new Date(start), notAfter: new Date(end), life: end - now };
}

/**
 * @param issuerNotAfter milliseconds since the epoch; undefined for a root's own certificate, which nothing limits
 * @throws AwsError ValidationException when the certificate would outlive its issuer, or the usage mode of its issuer
 */
export function requireValidityWithin(
  { notAfter, life }: ResolvedValidity,
  issuerNotAfter: number | undefined,
  usageMode: 'GENERAL_PURPOSE' | 'SHORT_LIVED_CERTIFICATE' = 'GENERAL_PURPOSE',
): void {
  if (issuerNotAfter === undefined) return;
  if (notAfter.getTime() > issuerNotAfter) {
    throw invalid('The certificate validity specified exceeds the certificate authority validity');
  }
  if (usageMode === 'SHORT_LIVED_CERTIFICATE' && life > SHORT_LIFE) {
    throw invalid(
      'The certificate validity specified exceeds 7 days, the maximum of the usage mode SHORT_LIVED_CERTIFICATE',
    );
  }
}

function wholeSeconds(time: number): number {
  return Math.floor(time / 1_000) * 1_000;
}

function endOf({ Type, Value }: RequestedValidity, now: number): number {
  switch (Type) {
    case 'ABSOLUTE':
      return Value * 1_000;
    case 'DAYS':
      return now + Value * DAY;
    case 'MONTHS':
      return addMonths(now, Value);
    case 'YEARS':
      return addMonths(now, Value * 12);
    case 'END_DATE':
      return endDate(Value);
  }
}

/** The same day of a later month, or that month's last day. */
function addMonths(time: number, months: number): number {
  const date = new Date(time);
  const lastOfMonth = new Date(time);
  lastOfMonth.setUTCMonth(date.getUTCMonth() + months + 1, 0);
  const day = Math.min(date.getUTCDate(), lastOfMonth.getUTCDate());
  return date.setUTCMonth(date.getUTCMonth() + months, day);
}

/** YYMMDDHHMMSS, which as a number may have lost leading zeros, or YYYYMMDDHHMMSS. Below 50 YY is 20YY. */
function endDate(value: number): number {
  const text = String(value);
  const digits = text.length > 12 ? text : text.padStart(12, '0');
  const [year = '', ...fields] =
    digits.match(/^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/)?.slice(1) ?? [];
  const century = year.length === 4 ? '' : Number(year) < 50 ? '20' : '19';
  const [month, day, hour, minute, second] = fields;
  const date = new Date(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Date takes 31 June for 1 July.
  const exists = date.getUTCDate() === Number(day);
  if (!exists) throw invalid('The END_DATE is not of the form YYMMDDHHMMSS or YYYYMMDDHHMMSS');
  return date.getTime();
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
