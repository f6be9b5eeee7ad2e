import { z } from 'zod';
import { SECOND_MS } from '../durations.ts';
import { AwsError } from './aws-error.ts';
import { type Codec, MAX_DEPTH, MAX_PARTS } from './codec.ts';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPENING, CLOSING] = [
  [0x5b, 0x7b],
  [0x5d, 0x7d],
];

const BASE64 = z.base64();
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Bodies of AWS JSON 1.1 and of REST-JSON: blobs in base64, times in seconds since the epoch. */
export const JSON_CODEC = {
  decode: readJsonObject,
  readBlob: (value) =>
    BASE64.safeParse(value).success ? Buffer.from(String(value), 'base64') : undefined,
  encode: (output): string => JSON.stringify(output, secondsForDates),
} as const satisfies Codec;

/**
 * The body of a request: one JSON object; an empty body counts as {}.
 * @throws AwsError SerializationException for anything else, for text that is not well-formed
 *   Unicode, for more than 64 levels, and for more than 100,000 parts
 */
function readJsonObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  checkBounds(body);
  const json = parseJson(body);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw malformed('must be a JSON object');
  }
  checkText(json);
  return json as Record<string, unknown>;
}

/**
 * Runs before parsing, which takes seconds for a million nested lists. Leaves invalid JSON to the
 * parser.
 */
function checkBounds(body: Uint8Array): void {
  let depth = 0;
  let parts = 0;
  for (let at = 0; at < body.length; at += 1) {
    const octet = body[at] ?? 0;
    if (octet === QUOTE) at = endOfText(body, at);
    else if (octet === COMMA || octet === COLON) parts += 1;
    else if (OPENING.includes(octet)) depth += 1;
    else if (CLOSING.includes(octet)) depth -= 1;
    if (depth > MAX_DEPTH + 1) throw malformed('is nested too deeply');
    if (parts > MAX_PARTS) throw malformed('has too many parts');
  }
}

/** The index of the closing quote. */
function endOfText(body: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    // The parser's message contains parts of the body.
    throw malformed('is not JSON in UTF-8');
  }
}

function checkText(root: object): void {
  let level: unknown[] = [root];
  while (level.length > 0) level = level.flatMap(partsOf);
}

function partsOf(value: unknown): readonly unknown[] {
  if (typeof value === 'string') requireWellFormed(value);
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value;
  // As a key of a map it would disappear silently.
  if (Object.hasOwn(value, '__proto__')) throw malformed('has a member named __proto__');
  return [...Object.keys(value), ...Object.values(value as Record<string, unknown>)];
}

/** JSON can escape half a surrogate pair, which UTF-8 cannot encode. */
function requireWellFormed(text: string): void {
  if (/\p{Surrogate}/u.test(text)) throw malformed('has text that is not Unicode');
}

function malformed(fault: string): AwsError {
  return new AwsError('SerializationException', `The body ${fault}`);
}

/** JSON.stringify passes a Date as text already; its holder still has the Date. */
function secondsForDates(this: unknown, name: string, value: unknown): unknown {
  const original = (this as Readonly<Record<string, unknown>>)[name];
  return original instanceof Date ? original.getTime() / SECOND_MS : value;
}
