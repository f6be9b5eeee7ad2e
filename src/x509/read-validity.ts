import { isType } from '../asn1/expect-type.ts';
import type { BerElement } from '../asn1/read-ber.ts';

const MAX_OCTETS = 32;
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d{1,9})?(Z|[+-]\d{4})$/;

export interface ValidityPeriod {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * A certificate's Validity (RFC 5280 section 4.1.2.5). Accepts offsets and missing seconds, which
 * X.509 once allowed, and drops fractions. SCEP clients sign with certificates that have invalid
 * times, and only their keys and names matter. An unreadable validity includes no moment: it runs
 * from the last moment of a Date to the first.
 */
export function readValidity({ children: [notBefore, notAfter] }: BerElement): ValidityPeriod {
  const [from, to] = [readLenientTime(notBefore), readLenientTime(notAfter)];
  return from !== undefined && to !== undefined
    ? { notBefore: from, notAfter: to }
    : { notBefore: new Date(8.64e15), notAfter: new Date(-8.64e15) };
}

function readLenientTime(element: BerElement | undefined): Date | undefined {
  if (element === undefined || element.content.length > MAX_OCTETS) return undefined;
  const text = withCentury(element, Buffer.from(element.content).toString('latin1'));
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = '00', zone = 'Z'] = match;
  const offset = zone.replace(/(\d\d)(\d\d)/, '$1:$2');
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function withCentury(element: BerElement, text: string): string {
  if (isType(element, 'UTCTime')) return text < '5' ? `20${text}` : `19${text}`;
  return isType(element, 'GeneralizedTime') ? text : '';
}
