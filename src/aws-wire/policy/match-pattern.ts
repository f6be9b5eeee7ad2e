import type { RequestContext } from './request-context.ts';

const ANY_TEXT = Symbol('*');
const ANY_CHARACTER = Symbol('?');

/** A character, or a wildcard. */
type Token = string | symbol;

const PIECE = /\$\{[^}]*\}|[\s\S]/gu;
const ARN_COMPONENTS = 6;

/**
 * Whether `text` matches the pattern: * is any text, ? any character, ${key} the key's value in the
 * request.
 */
export function matchesWildcards(pattern: string, text: string, context: RequestContext): boolean {
  const tokens = readTokens(pattern, context);
  return tokens !== undefined && matches(tokens, Array.from(text));
}

/**
 * Like `matchesWildcards`, but separately for each of the six components of an ARN: a wildcard does
 * not match a colon before the resource (IAM User Guide, "IAM JSON policy elements: Condition
 * operators", ARN condition operators).
 */
export function matchesArn(pattern: string, text: string, context: RequestContext): boolean {
  const tokens = readTokens(pattern, context);
  if (tokens === undefined) return false;
  const patterns = arnComponents<Token>(tokens);
  const texts = arnComponents(Array.from(text));
  if (patterns.length !== ARN_COMPONENTS || texts.length !== ARN_COMPONENTS) return false;
  return texts.every((component, index) => matches(patterns[index] ?? [], component));
}

/**
 * The text with the values of its variables and with its wildcards unchanged; undefined when the
 * request lacks a variable.
 */
export function resolveVariables(text: string, context: RequestContext): string | undefined {
  const pieces = text
    .match(PIECE)
    ?.map((piece) => (isVariable(piece) ? variableValue(piece, context) : piece));
  if (pieces?.includes(undefined)) return undefined;
  return pieces?.join('') ?? '';
}

/** The names in ${name}; undefined for a variable without a closing brace. */
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
    // Characters, so that a * in the value of a variable matches only itself.
    else for (const character of text) tokens.push(character);
  }
  return tokens;
}

function isVariable(piece: string): boolean {
  return piece.length > 1 && piece.startsWith('${');
}

/**
 * ${*}, ${?} and ${$} are the characters themselves. A key with several values has no value as a
 * variable.
 */
function variableValue(variable: string, context: RequestContext): string | undefined {
  const name = variable.slice(2, -1);
  if (['*', '?', '$'].includes(name)) return name;
  const [value, ...others] = context.get(name.toLowerCase()) ?? [];
  return others.length > 0 ? undefined : value;
}

/**
 * Backtracks only to the last *: at most pattern times text steps, where a regular expression can
 * need exponentially many.
 */
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
