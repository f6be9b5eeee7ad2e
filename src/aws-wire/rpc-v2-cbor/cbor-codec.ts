import { isUtf8 } from 'node:buffer';
import { cbor, dateToTag } from '@smithy/core/cbor';
import { AwsError } from '../aws-error.ts';
import { type Codec, MAX_DEPTH, MAX_PARTS } from '../codec.ts';

/** Bodies of Smithy RPC v2 CBOR: blobs are strings of octets, timestamps have tag 1. */
export const CBOR_CODEC: Codec = {
  decode: readCborMap,
  readBlob: (value) => (value instanceof Uint8Array ? value : undefined),
  encode: (output) => cbor.serialize(withTimestamps(output)),
};

/** Major types of data items (RFC 8949 section 3.1). */
const [UNSIGNED, NEGATIVE, OCTETS, TEXT, LIST, MAP, TAG] = [0, 1, 2, 3, 4, 5, 6];
const SIMPLE: ReadonlyMap<number, boolean | null> = new Map([
  [20, false],
  [21, true],
  [22, null],
  // Undefined.
  [23, null],
]);
const EPOCH_TIME_TAG = 1;
const INDEFINITE = 31;
const BREAK = 0xff;

interface Head {
  readonly major: number;
  /** The low five bits: a small argument, or the form of the argument. */
  readonly form: number;
  /** A value, a length or a tag; NaN without one. */
  readonly argument: number;
}

/** A body while it is read. */
interface Reader {
  readonly octets: Buffer;
  at: number;
  parts: number;
}

/**
 * The body of a request: one map of CBOR; an empty body counts as {}. Checks bounds while it reads,
 * so that a short body cannot announce a long list. A timestamp becomes its seconds; no input of
 * the API has large numbers, decimal fractions or other tags.
 * @throws AwsError SerializationException for anything else, for text that is not UTF-8, for names
 *   that are repeated, for more than 64 levels, and for more than 100,000 parts
 */
function readCborMap(body: Uint8Array): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  const octets = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const reader: Reader = { octets, at: 0, parts: 0 };
  const head = readHead(reader);
  if (head.major !== MAP) throw malformed('must be a map of CBOR');
  const members = readMap(reader, head, 0);
  if (reader.at < octets.length) throw malformed('has octets after its end');
  return members;
}

function readItem(reader: Reader, depth: number): unknown {
  countPart(reader);
  if (depth > MAX_DEPTH) throw malformed('is nested too deeply');
  const head = readHead(reader);
  switch (head.major) {
    case UNSIGNED:
      return definite(head);
    case NEGATIVE:
      return -1 - definite(head);
    case OCTETS:
    case TEXT:
      return readString(reader, head);
    case LIST:
      return readList(reader, head, depth);
    case MAP:
      return readMap(reader, head, depth);
    case TAG:
      return readTimestamp(reader, head, depth);
    default:
      return readSimple(reader, head);
  }
}

function countPart(reader: Reader): void {
  reader.parts += 1;
  if (reader.parts > MAX_PARTS) throw malformed('has too many parts');
}

function readHead(reader: Reader): Head {
  const [first = 0] = take(reader, 1);
  const [major, form] = [first >> 5, first & 31];
  if (form < 24) return { major, form, argument: form };
  if (form === INDEFINITE) return { major, form, argument: Number.NaN };
  if (form > 27) throw malformed('is not CBOR');
  const octets = take(reader, 2 ** (form - 24));
  if (octets.length === 8) return { major, form, argument: Number(octets.readBigUInt64BE()) };
  return { major, form, argument: octets.readUIntBE(0, octets.length) };
}

function take(reader: Reader, length: number): Buffer {
  const { octets, at } = reader;
  if (length > octets.length - at) throw malformed('ends too early');
  reader.at += length;
  return octets.subarray(at, reader.at);
}

function definite({ form, argument }: Head): number {
  if (form === INDEFINITE) throw malformed('is not CBOR');
  return argument;
}

function readString(reader: Reader, head: Head): string | Buffer {
  const isWhole = head.form !== INDEFINITE;
  const octets = isWhole ? readChunk(reader, head) : Buffer.concat(readChunks(reader, head.major));
  return head.major === TEXT ? octets.toString('utf8') : octets;
}

function readChunk(reader: Reader, { major, argument }: Head): Buffer {
  const chunk = take(reader, argument);
  if (major === TEXT && !isUtf8(chunk)) throw malformed('has text that is not UTF-8');
  return chunk;
}

/** A string of indefinite length has chunks of its own major type (RFC 8949 section 3.2.3). */
function readChunks(reader: Reader, major: number): readonly Buffer[] {
  const chunks: Buffer[] = [];
  while (!isAtBreak(reader)) {
    countPart(reader);
    const head = readHead(reader);
    if (head.major !== major || head.form === INDEFINITE) throw malformed('is not CBOR');
    chunks.push(readChunk(reader, head));
  }
  return chunks;
}

/** Whether a list, map or string of indefinite length ends here; then reads on behind its end. */
function isAtBreak(reader: Reader): boolean {
  const isBreak = reader.octets[reader.at] === BREAK;
  if (isBreak) reader.at += 1;
  return isBreak;
}

/** Whether a list or map that began with `head` has an item after the first `count`. */
function hasMore(reader: Reader, { form, argument }: Head, count: number): boolean {
  return form === INDEFINITE ? !isAtBreak(reader) : count < argument;
}

function readList(reader: Reader, head: Head, depth: number): readonly unknown[] {
  const items: unknown[] = [];
  while (hasMore(reader, head, items.length)) items.push(readItem(reader, depth + 1));
  return items;
}

function readMap(reader: Reader, head: Head, depth: number): Readonly<Record<string, unknown>> {
  const members = new Map<string, unknown>();
  while (hasMore(reader, head, members.size)) {
    const name = readItem(reader, depth + 1);
    if (typeof name !== 'string') throw malformed('has a name that is not text');
    if (members.has(name)) throw malformed('has the same name twice');
    // As a key of a map it would disappear silently.
    if (name === '__proto__') throw malformed('has a member named __proto__');
    members.set(name, readItem(reader, depth + 1));
  }
  return Object.fromEntries(members);
}

/** Tag 1 (RFC 8949 section 3.4.2), in seconds since the epoch. */
function readTimestamp(reader: Reader, { argument }: Head, depth: number): number {
  if (argument !== EPOCH_TIME_TAG) throw malformed('has a tag other than that of timestamps');
  const seconds = readItem(reader, depth + 1);
  if (typeof seconds === 'number') return seconds;
  throw malformed('has a timestamp that is not a number');
}

/** False, true, null, and numbers with a fraction (RFC 8949 section 3.3). */
function readSimple({ octets, at }: Reader, { form }: Head): boolean | number | null {
  switch (form) {
    case 25:
      return halfPrecision(octets.readUInt16BE(at - 2));
    case 26:
      return octets.readFloatBE(at - 4);
    case 27:
      return octets.readDoubleBE(at - 8);
    default: {
      const value = SIMPLE.get(form);
      if (value === undefined) throw malformed('is not CBOR');
      return value;
    }
  }
}

/** A number in 16 bits (RFC 8949 appendix D). */
function halfPrecision(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent < 31) return sign * (1024 + fraction) * 2 ** (exponent - 25);
  return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
}

function malformed(fault: string): AwsError {
  return new AwsError('SerializationException', `The body ${fault}`);
}

function withTimestamps(value: unknown): unknown {
  if (value instanceof Date) return dateToTag(value);
  if (Array.isArray(value)) return value.map(withTimestamps);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const members = Object.entries<unknown>({ ...value });
  return Object.fromEntries(
    members
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, withTimestamps(member)]),
  );
}
