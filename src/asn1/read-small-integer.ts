import { DecodeError } from './decode-error.ts';
import { expectType } from './expect-type.ts';
import type { BerElement } from './read-ber.ts';

/** The value of an INTEGER of 0 to 2^31 - 1, in four octets at most. @throws DecodeError for anything else */
export function readSmallInteger(element: BerElement | undefined): number {
  const { content } = expectType(element, 'INTEGER');
  const isSmall = content.length > 0 && content.length <= 4 && (content[0] ?? 0) < 0x80;
  if (!isSmall) throw new DecodeError('a number is out of bounds');
  return content.reduce((value, octet) => value * 256 + octet, 0);
}
