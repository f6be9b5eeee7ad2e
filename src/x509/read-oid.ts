import { DecodeError } from '../asn1/decode-error.ts';
import type { BerElement } from '../asn1/read-ber.ts';

const OBJECT_IDENTIFIER = 6;
const MAX_OCTETS = 64;

/**
 * The dotted form of an OBJECT IDENTIFIER (X.690 section 8.19).
 * @throws DecodeError on another type, a padded or unfinished arc, an arc above 2^53, or more than 64 octets.
 */
export function readOid(element: BerElement): string {
  if (element.tagClass !== 'universal' || element.tagNumber !== OBJECT_IDENTIFIER) {
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
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...rest].join('.');
}

function readArcs(content: Uint8Array): number[] {
  const arcs: number[] = [];
  let arc = 0;
  let started = false;
  for (const octet of content) {
    if (!started && octet === 0x80) throw new DecodeError('an object identifier is padded');
    arc = arc * 128 + (octet & 0x7f);
    if (!Number.isSafeInteger(arc)) throw new DecodeError('an object identifier is out of range');
    started = octet >= 0x80;
    if (!started) {
      arcs.push(arc);
      arc = 0;
    }
  }
  return arcs;
}
