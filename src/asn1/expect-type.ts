import { DecodeError } from './decode-error.ts';
import type { BerElement } from './read-ber.ts';

/** Identifier octets (X.690 section 8.1.2): strings primitive, as `berToDer` leaves them. */
const IDENTIFIERS = {
  INTEGER: 0x02,
  'OCTET STRING': 0x04,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/** The element itself. @throws DecodeError when it is absent or of another type. */
export function expectType(
  element: BerElement | undefined,
  type: keyof typeof IDENTIFIERS,
): BerElement {
  if (element?.bytes[0] !== IDENTIFIERS[type]) throw new DecodeError(`expected ${type}`);
  return element;
}

/** Whether the element is there and has the context tag [number]. */
export function hasContextTag(
  element: BerElement | undefined,
  number: number,
): element is BerElement {
  return element?.tagClass === 'context' && element.tagNumber === number;
}
