const ESCAPES: Readonly<Record<string, string>> = { '\\t': '\t', '\\n': '\n', '\\r': '\r' };

/**
 * Writes a regular expression, or a text that contains one, with as few escapes as possible, so
 * that two spellings of it compare equal.
 */
export function plainPattern(pattern: string): string {
  return pattern
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/\\[tnr]/g, (escaped) => ESCAPES[escaped] ?? escaped)
    .replaceAll('\\/', '/');
}
