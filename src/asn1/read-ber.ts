import { DecodeError } from './decode-error.ts';

type TagClass = 'universal' | 'application' | 'context' | 'private';

/** One BER element (X.690 section 8). The views share the memory of the input. */
export interface BerElement {
  readonly tagClass: TagClass;
  readonly tagNumber: number;
  readonly constructed: boolean;
  /** Length form 0x80: the content ends with two zero octets, which DER forbids. */
  readonly indefinite: boolean;
  /** Header, content and, if indefinite, the end-of-contents octets: the element as received. */
  readonly bytes: Uint8Array;
  /** The content octets without any end-of-contents octets. */
  readonly content: Uint8Array;
  /** The elements inside a constructed element; empty for a primitive one. */
  readonly children: readonly BerElement[];
}

/** Bounds that keep hostile input cheap. A PKCSReq has about 250 elements and is 12 levels deep. */
export interface BerLimits {
  readonly maxDepth: number;
  readonly maxElements: number;
  /**
   * Constructed elements at this depth are not parsed: they have no children and must have a
   * definite length. The outermost element has depth 0.
   */
  readonly openDepth?: number;
}

const DEFAULT_LIMITS: BerLimits = { maxDepth: 32, maxElements: 2_000 };
const CLASSES: readonly TagClass[] = ['universal', 'application', 'context', 'private'];

/**
 * Reads exactly one BER element, with everything inside it, from the whole of `bytes`. Accepts
 * lengths that are not minimal and indefinite lengths. Refuses tag numbers above 30, which no
 * structure of CMS or X.509 has. Time is linear in the input.
 * @throws DecodeError when the bytes are not one element or exceed the limits
 */
export function readBer(bytes: Uint8Array, limits: BerLimits = DEFAULT_LIMITS): BerElement {
  const reader = { bytes, limits, elements: 0 };
  const element = readElement(reader, 0, bytes.length, 0);
  if (element.bytes.length !== bytes.length)
    throw new DecodeError('bytes follow the ASN.1 element');
  return element;
}

/**
 * Yields the consecutive elements in `bytes`, and reads each only when it is requested, so a long
 * list need not be in memory at once. `limits` apply to each element.
 * @throws DecodeError as `readBer`, on reaching the faulty element
 */
export function* readBerInTurn(
  bytes: Uint8Array,
  limits: BerLimits = DEFAULT_LIMITS,
): Generator<BerElement, void, undefined> {
  for (let at = 0; at < bytes.length; ) {
    const element = readElement({ bytes, limits, elements: 0 }, at, bytes.length, 0);
    yield element;
    at += element.bytes.length;
  }
}

interface Reader {
  readonly bytes: Uint8Array;
  readonly limits: BerLimits;
  elements: number;
}

function readElement(reader: Reader, start: number, end: number, depth: number): BerElement {
  const { bytes, limits } = reader;
  reader.elements += 1;
  if (reader.elements > limits.maxElements) throw new DecodeError('too many ASN.1 elements');
  if (depth > limits.maxDepth) throw new DecodeError('ASN.1 nested too deeply');
  const tag = readTag(bytes, start, end);
  const constructed = (tag & 0x20) !== 0;
  const indefinite = bytes[start + 1] === 0x80;
  if (indefinite && !constructed) {
    throw new DecodeError('a primitive ASN.1 element has indefinite length');
  }
  const contentStart = start + 2 + lengthOctets(bytes, start, end);
  const latestEnd = indefinite ? end : contentStart + readLength(bytes, start, contentStart);
  if (latestEnd > end) throw new DecodeError('an ASN.1 element is longer than its container');
  const isOpened = constructed && depth < (limits.openDepth ?? Number.POSITIVE_INFINITY);
  if (indefinite && !isOpened) {
    throw new DecodeError('an ASN.1 element that is not looked into has indefinite length');
  }
  const children: BerElement[] = [];
  const contentEnd = isOpened
    ? readChildren(reader, children, { start: contentStart, end: latestEnd, depth, indefinite })
    : latestEnd;
  return {
    tagClass: CLASSES[tag >> 6] as TagClass,
    tagNumber: tag & 0x1f,
    constructed,
    indefinite,
    bytes: bytes.subarray(start, indefinite ? contentEnd + 2 : contentEnd),
    content: bytes.subarray(contentStart, contentEnd),
    children,
  };
}

/** The content of a constructed element. */
interface Content {
  readonly start: number;
  /** Its end; for an indefinite length, the latest possible end. */
  readonly end: number;
  /** Of the constructed element. */
  readonly depth: number;
  readonly indefinite: boolean;
}

/** Adds the elements of the content to `children`. @returns where the content ends */
function readChildren(
  reader: Reader,
  children: BerElement[],
  { start, end, depth, indefinite }: Content,
): number {
  const { bytes } = reader;
  let at = start;
  while (at < end) {
    if (indefinite && bytes[at] === 0 && bytes[at + 1] === 0 && at + 2 <= end) return at;
    const child = readElement(reader, at, end, depth + 1);
    children.push(child);
    at += child.bytes.length;
  }
  if (indefinite) throw new DecodeError('an indefinite ASN.1 element does not end');
  return at;
}

function readTag(bytes: Uint8Array, start: number, end: number): number {
  const tag = bytes[start];
  if (tag === undefined || start + 2 > end) throw new DecodeError('ASN.1 ends within a header');
  if ((tag & 0x1f) === 0x1f) throw new DecodeError('ASN.1 tag numbers above 30 are not supported');
  if (tag === 0) throw new DecodeError('ASN.1 end-of-contents where an element was expected');
  return tag;
}

/** How many octets of a length follow its first. */
function lengthOctets(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start + 1] ?? 0;
  if (first <= 0x80) return 0;
  const octets = first & 0x7f;
  if (octets > 4 || start + 2 + octets > end) throw new DecodeError('ASN.1 length out of range');
  return octets;
}

function readLength(bytes: Uint8Array, start: number, contentStart: number): number {
  if (contentStart === start + 2) return bytes[start + 1] ?? 0;
  let length = 0;
  for (let at = start + 2; at < contentStart; at += 1) length = length * 256 + (bytes[at] ?? 0);
  return length;
}
