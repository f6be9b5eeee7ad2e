import { isType } from '../asn1/expect-type.ts';
import type { BerElement } from '../asn1/read-ber.ts';

const MAX_OCTETS = 32;
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d{1,9})?(Z|[+-]\d{4})$/;

export interface ValidityPeriod {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * A certificate's Validity (RFC 5280 section 4.1.2.5). Offsets and absent seconds, which X.509 once allowed, are read; fractions are dropped.
 * SCEP clients sign with certificates whose times are beyond that, and only their keys and names matter (protocol C34):
 * what cannot be read is the validity of no moment, from the last one that a Date knows to the first.
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
