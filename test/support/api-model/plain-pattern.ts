const ESCAPES: Readonly<Record<string, string>> = { '\\t': '\t', '\\n': '\n', '\\r': '\r' };

/** A regular expression, or a text with one in it, in the one of its spellings that escapes the least: to compare. */
export function plainPattern(pattern: string): string {
  return pattern
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/\\[tnr]/g, (escaped) => ESCAPES[escaped] ?? escaped)
    .replaceAll('\\/', '/');
}
