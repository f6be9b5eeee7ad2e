import { DecodeError } from './decode-error.ts';
import type { BerElement } from './read-ber.ts';

/** Identifier octets (X.690 section 8.1.2). `berToDer` has made every OCTET STRING primitive. */
const IDENTIFIERS = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  'BIT STRING': 0x03,
  'OCTET STRING': 0x04,
  'OBJECT IDENTIFIER': 0x06,
  ENUMERATED: 0x0a,
  UTCTime: 0x17,
  GeneralizedTime: 0x18,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

type Asn1Type = keyof typeof IDENTIFIERS;

/** Whether the element is present and of this type. */
export function isType(element: BerElement | undefined, type: Asn1Type): element is BerElement {
  return element?.bytes[0] === IDENTIFIERS[type];
}

/** The element itself. @throws DecodeError when it is absent or of another type. */
export function expectType(element: BerElement | undefined, type: Asn1Type): BerElement {
  if (!isType(element, type)) throw new DecodeError(`expected ${type}`);
  return element;
}

/** Whether the element is present and has the context tag [number]. */
export function hasContextTag(
  element: BerElement | undefined,
  number: number,
): element is BerElement {
  return element?.tagClass === 'context' && element.tagNumber === number;
}

/**
 * The value of an INTEGER of 0 to 2^31 - 1, in four octets at most.
 * @throws DecodeError for anything else
 */
export function readSmallInteger(element: BerElement | undefined): number {
  const { content } = expectType(element, 'INTEGER');
  const isSmall = content.length > 0 && content.length <= 4 && (content[0] ?? 0) < 0x80;
  if (!isSmall) throw new DecodeError('a number is out of bounds');
  return content.reduce((value, octet) => value * 256 + octet, 0);
}

/**
 * The octets of a primitive BIT STRING of whole octets: a signature or a public key.
 * @throws DecodeError for another type or when bits are unused
 */
export function readBitString(element: BerElement): Uint8Array {
  if (!isType(element, 'BIT STRING') || element.content[0] !== 0) {
    throw new DecodeError('a BIT STRING of whole octets was expected');
  }
  return element.content.subarray(1);
}
