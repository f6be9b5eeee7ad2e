import { AwsError } from './aws-error.ts';

/** Of values in values. The deepest input of either API has about ten. */
const MAX_DEPTH = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The body of a request: one JSON object, or no octets at all, which stand for {}.
 * @throws AwsError SerializationException for anything else, for text that is not well-formed Unicode, and for what is nested
 *   more than 64 deep
 */
export function readJsonObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  const json = parseJson(body);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw malformed('must be a JSON object');
  }
  checkBounds(json);
  return json as Record<string, unknown>;
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    // The parser's own words hold pieces of the body.
    throw malformed('is not JSON in UTF-8');
  }
}

/** Without recursion: whoever recurses later may rely on it. */
function checkBounds(root: object): void {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw malformed('is nested too deeply');
    level = level.flatMap(partsOf);
  }
}

function partsOf(value: unknown): unknown[] {
  if (typeof value === 'string') requireWellFormed(value);
  if (typeof value !== 'object' || value === null) return [];
  // As a key of a map it would get lost without a word.
  if (Object.hasOwn(value, '__proto__')) throw malformed('has a member named __proto__');
  return [...Object.keys(value), ...Object.values(value as Record<string, unknown>)];
}

/** JSON can escape half a surrogate pair, which no UTF-8 can hold. */
function requireWellFormed(text: string): void {
  if (/\p{Surrogate}/u.test(text)) throw malformed('has text that is not Unicode');
}

function malformed(fault: string): AwsError {
  return new AwsError('SerializationException', `The body ${fault}`);
}
