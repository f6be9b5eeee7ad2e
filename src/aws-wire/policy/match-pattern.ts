import type { RequestContext } from './condition-keys.ts';

const ANY_TEXT = Symbol('*');
const ANY_CHARACTER = Symbol('?');

/** A character, or a wildcard. */
type Token = string | symbol;

const PIECE = /\$\{[^}]*\}|[\s\S]/gu;
const ARN_COMPONENTS = 6;

/** Whether `text` is what the pattern says: * is any text, ? any character, ${key} the key's value in the request. */
export function matchesWildcards(pattern: string, text: string, context: RequestContext): boolean {
  const tokens = readTokens(pattern, context);
  return tokens !== undefined && matches(tokens, Array.from(text));
}

/**
 * As `matchesWildcards`, but of each of the six components of an ARN by itself: a wildcard does not reach across a colon before
 * the resource (IAM User Guide, ARN condition operators).
 */
export function matchesArn(pattern: string, text: string, context: RequestContext): boolean {
  const tokens = readTokens(pattern, context);
  if (tokens === undefined) return false;
  const patterns = arnComponents<Token>(tokens);
  const texts = arnComponents(Array.from(text));
  if (patterns.length !== ARN_COMPONENTS || texts.length !== ARN_COMPONENTS) return false;
  return texts.every((component, index) => matches(patterns[index] ?? [], component));
}

/** The text with the values of its variables, wildcards as they are; undefined when the request lacks one of them. */
export function resolveVariables(text: string, context: RequestContext): string | undefined {
  const pieces = text
    .match(PIECE)
    ?.map((piece) => (isVariable(piece) ? variableValue(piece, context) : piece));
  if (pieces?.includes(undefined)) return undefined;
  return pieces?.join('') ?? '';
}

/** The names in ${name}; undefined for one that is not closed. */
export function variablesIn(pattern: string): readonly (string | undefined)[] {
  return Array.from(pattern.matchAll(/\$\{([^}]*)(\}?)/g), ([, name, end]) =>
    end === '}' ? name : undefined,
  );
}

function readTokens(pattern: string, context: RequestContext): readonly Token[] | undefined {
  const tokens: Token[] = [];
  for (const [piece] of pattern.matchAll(PIECE)) {
    const text = isVariable(piece) ? variableValue(piece, context) : piece;
    if (text === undefined) return undefined;
    if (piece === '*') tokens.push(ANY_TEXT);
    else if (piece === '?') tokens.push(ANY_CHARACTER);
    // Characters, so that a * in the value of a variable stands for itself.
    else for (const character of text) tokens.push(character);
  }
  return tokens;
}

function isVariable(piece: string): boolean {
  return piece.length > 1 && piece.startsWith('${');
}

/** ${*}, ${?} and ${$} are the characters; of a key that has several values there is no one value to take. */
function variableValue(variable: string, context: RequestContext): string | undefined {
  const name = variable.slice(2, -1);
  if (['*', '?', '$'].includes(name)) return name;
  const [value, ...others] = context.get(name.toLowerCase()) ?? [];
  return others.length > 0 ? undefined : value;
}

/** Greedy, and back to the last * alone: at most pattern times text steps, where a regular expression can take exponentially many. */
function matches(pattern: readonly Token[], text: readonly string[]): boolean {
  let at = 0;
  let lastAny = -1;
  let resumeAt = 0;
  for (let index = 0; index < text.length; ) {
    if (pattern[at] === ANY_TEXT) {
      lastAny = at++;
      resumeAt = index;
    } else if (pattern[at] === ANY_CHARACTER || pattern[at] === text[index]) {
      at++;
      index++;
    } else if (lastAny >= 0) {
      at = lastAny + 1;
      index = ++resumeAt;
    } else return false;
  }
  return pattern.slice(at).every((token) => token === ANY_TEXT);
}

function arnComponents<T extends Token>(tokens: readonly T[]): readonly (readonly T[])[] {
  const components: T[][] = [[]];
  for (const token of tokens) {
    if (token === ':' && components.length < ARN_COMPONENTS) components.push([]);
    else components.at(-1)?.push(token);
  }
  return components;
}
