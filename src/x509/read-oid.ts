import { DecodeError } from '../asn1/decode-error.ts';
import { isType } from '../asn1/expect-type.ts';
import type { BerElement } from '../asn1/read-ber.ts';

const MAX_OCTETS = 64;

/**
 * The dotted form of an OBJECT IDENTIFIER (X.690 section 8.19).
 * @throws DecodeError for another type, a padded or unfinished arc, or more than 64 octets
 */
export function readOid(element: BerElement): string {
  if (!isType(element, 'OBJECT IDENTIFIER')) {
    throw new DecodeError('an object identifier was expected');
  }
  return dottedOid(element.content);
}

/** The dotted form of the content octets of an OBJECT IDENTIFIER. */
export function dottedOid(content: Uint8Array): string {
  const last = content.at(-1);
  if (last === undefined || last >= 0x80 || content.length > MAX_OCTETS) {
    throw new DecodeError('an object identifier is malformed');
  }
  const [first = 0, ...rest] = readArcs(content);
  const root = Math.min(Math.floor(Number(first) / 40), 2);
  const second = typeof first === 'bigint' ? first - 80n : first - root * 40;
  return [root, second, ...rest].join('.');
}

function readArcs(content: Uint8Array): (number | bigint)[] {
  const arcs: (number | bigint)[] = [];
  let arc: number | bigint = 0;
  let started = false;
  for (const octet of content) {
    if (!started && octet === 0x80) throw new DecodeError('an object identifier is padded');
    arc = append(arc, octet & 0x7f);
    started = octet >= 0x80;
    if (!started) {
      arcs.push(arc);
      arc = 0;
    }
  }
  return arcs;
}

/** Changes to a bigint before a number would lose precision: UUIDs are arcs too (X.667). */
function append(arc: number | bigint, bits: number): number | bigint {
  if (typeof arc === 'number' && arc < 2 ** 46) return arc * 128 + bits;
  return BigInt(arc) * 128n + BigInt(bits);
}
