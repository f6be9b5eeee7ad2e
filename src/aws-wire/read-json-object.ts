import { AwsError } from './aws-error.ts';

/** Of values in values. The deepest input of either API has about ten. */
const MAX_DEPTH = 64;
/** Of names and values together: a hundred times those of a large input, and few enough to be looked at one by one. */
const MAX_PARTS = 100_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The body of a request: one JSON object, or no octets at all, which stand for {}.
 * @throws AwsError SerializationException for anything else, for text that is not well-formed Unicode, and for what is nested
 *   more than 64 deep or has more than 100,000 parts
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
  let parts = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw malformed('is nested too deeply');
    const below = level.map(partsOf);
    parts += below.reduce((sum, { length }) => sum + length, 0);
    if (parts > MAX_PARTS) throw malformed('has too many parts');
    level = below.flat();
  }
}

function partsOf(value: unknown): readonly unknown[] {
  if (typeof value === 'string') requireWellFormed(value);
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value;
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
