import { DecodeError } from '../asn1/decode-error.ts';
import { isType } from '../asn1/expect-type.ts';
import type { BerElement } from '../asn1/read-ber.ts';

const DIGITS = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/**
 * Reads a Time in the only form that RFC 5280 section 4.1.2.5 allows: with seconds, in Z. Two-digit
 * years are 1950 to 2049.
 * @throws DecodeError when it is another element or form, or not a date of the calendar
 */
export function readTime(element: BerElement): Date {
  const text = Buffer.from(element.content).toString('latin1');
  if (isType(element, 'UTCTime')) return calendarTime(`${text < '5' ? '20' : '19'}${text}`);
  if (isType(element, 'GeneralizedTime')) return calendarTime(text);
  throw new DecodeError('a time is malformed');
}

function calendarTime(text: string): Date {
  const iso = text.replace(DIGITS, '$1-$2-$3T$4:$5:$6.000Z');
  const time = new Date(DIGITS.test(text) ? iso : Number.NaN);
  // Date turns the 30th of February into the 1st or 2nd of March.
  if (!Number.isNaN(time.getTime()) && time.toISOString() === iso) return time;
  throw new DecodeError('a time is malformed');
}
