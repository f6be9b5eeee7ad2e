/** Writers for the DER that this server sends (X.690 section 10). Each returns one element. */

/** One element with the given identifier octet and the joined content. */
export function derElement(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of content) length += part.length;
  const lengthOctets = length < 0x80 ? 0 : Math.ceil((32 - Math.clz32(length)) / 8);
  const element = Buffer.allocUnsafe(2 + lengthOctets + length);
  element[0] = tag;
  element[1] = lengthOctets === 0 ? length : 0x80 | lengthOctets;
  if (lengthOctets > 0) element.writeUIntBE(length, 2, lengthOctets);
  let at = 2 + lengthOctets;
  for (const part of content) {
    element.set(part, at);
    at += part.length;
  }
  return element;
}

export function derSequence(...elements: readonly Uint8Array[]): Uint8Array {
  return derElement(0x30, ...elements);
}

/**
 * A SET whose elements keep the given order. Attributes need DER order (RFC 5652): use `derSetOf`.
 */
export function derSet(...elements: readonly Uint8Array[]): Uint8Array {
  return derElement(0x31, ...elements);
}

/** A SET OF in DER order: elements sorted by their encodings (X.690 section 11.6). */
export function derSetOf(elements: readonly Uint8Array[]): Uint8Array {
  return derElement(0x31, ...elements.toSorted(Buffer.compare));
}

/** An INTEGER from a JavaScript integer or from big-endian magnitude bytes, never negative. */
export function derInteger(value: number | bigint | Uint8Array): Uint8Array {
  const magnitude = value instanceof Uint8Array ? withoutLeadingZeros(value) : numberOctets(value);
  const positive = ((magnitude[0] ?? 0) & 0x80) === 0 ? [] : [Buffer.of(0)];
  return derElement(0x02, ...positive, magnitude);
}

function numberOctets(value: number | bigint): Uint8Array {
  const isExact = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!isExact || value < 0) throw new RangeError('derInteger takes 0 and up');
  const digits = value.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
}

function withoutLeadingZeros(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((octet) => octet !== 0);
  return first < 0 ? Buffer.of(0) : bytes.subarray(first);
}

export function derBoolean(value: boolean): Uint8Array {
  return derElement(0x01, Buffer.of(value ? 0xff : 0));
}

export function derNull(): Uint8Array {
  return derElement(0x05);
}

/** The encodings of the identifiers that this server writes; CSRs bring a few of their own. */
const encodedOids = new Map<string, Uint8Array>();
const MAX_ENCODED_OIDS = 1_000;

/** An OBJECT IDENTIFIER from its dotted form. */
export function derOid(dotted: string): Uint8Array {
  const known = encodedOids.get(dotted);
  if (known !== undefined) return known;
  const encoded = encodeOid(dotted);
  if (encodedOids.size < MAX_ENCODED_OIDS) encodedOids.set(dotted, encoded);
  return encoded;
}

function encodeOid(dotted: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  return derElement(0x06, Buffer.from([first * 40n + second, ...rest].flatMap(base128)));
}

/** BigInt, because a UUID is an arc too (X.667) and exceeds what a number holds exactly. */
function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(0x80 | Number(rest & 0x7fn));
  return octets;
}

export function derOctetString(content: Uint8Array): Uint8Array {
  return derElement(0x04, content);
}

/** A BIT STRING of whole octets, or with `unusedBits` (0 to 7) at its end. */
export function derBitString(content: Uint8Array, unusedBits = 0): Uint8Array {
  return derElement(0x03, Buffer.of(unusedBits), content);
}

export function derUtf8String(text: string): Uint8Array {
  return derElement(0x0c, Buffer.from(text, 'utf8'));
}

export function derPrintableString(text: string): Uint8Array {
  return derElement(0x13, Buffer.from(text, 'latin1'));
}

export function derIa5String(text: string): Uint8Array {
  return derElement(0x16, Buffer.from(text, 'latin1'));
}

/** [number] EXPLICIT, or a constructed [number] IMPLICIT. */
export function derContext(number: number, ...content: readonly Uint8Array[]): Uint8Array {
  return derElement(0xa0 | number, ...content);
}

/** [number] IMPLICIT of a primitive type. */
export function derContextPrimitive(number: number, content: Uint8Array): Uint8Array {
  return derElement(0x80 | number, content);
}

/**
 * A Time as RFC 5280 section 4.1.2.5 requires: UTCTime up to 2049, GeneralizedTime after; whole
 * seconds, Z.
 */
export function derTime(time: Date): Uint8Array {
  const year = time.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? derElement(0x17, Buffer.from(timeText(time).slice(2), 'latin1'))
    : derGeneralizedTime(time);
}

/** A GeneralizedTime for any year; whole seconds, Z. */
export function derGeneralizedTime(time: Date): Uint8Array {
  return derElement(0x18, Buffer.from(timeText(time), 'latin1'));
}

function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
}
