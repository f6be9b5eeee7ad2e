import type { HeaderValues } from './signed-request.ts';
import type { TargetParts } from './split-target.ts';

export interface CanonicalParts extends TargetParts {
  readonly method: string;
  readonly headers: HeaderValues;
  /** In the order in which they were signed. */
  readonly signedHeaders: readonly string[];
  /** SHA-256 of the body in lower-case hex. */
  readonly payloadHash: string;
}

/**
 * The text whose hash is signed (IAM User Guide, "Create a signed AWS API request", step 1), one
 * character per octet.
 */
export function canonicalRequest(parts: CanonicalParts): string {
  const { method, path, query, headers, signedHeaders, payloadHash } = parts;
  return [
    method,
    canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${canonicalValue(headers.get(name))}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** Every service except S3 encodes the path a second time: %3A becomes %253A. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '.' && segment !== '') segments.push(uriEncode(segment));
  }
  const end = path.endsWith('/') && segments.length > 0 ? '/' : '';
  return `/${segments.join('/')}${end}`;
}

/** Sorted by name, then by value. A plus stays a plus. */
function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return { name: reencode(name), value: reencode(value.join('=')) };
  });
  pairs.sort((a, b) => compare(a.name, b.name) || compare(a.value, b.value));
  return pairs.map(({ name, value }) => `${name}=${value}`).join('&');
}

function canonicalValue(values: readonly string[] = []): string {
  const trimmed = values.map((value) => value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, ''));
  return trimmed.join(',');
}

function reencode(text: string): string {
  return uriEncode(decodeEscapes(text));
}

/** Decodes octet by octet, so that an escape that is not UTF-8 stays the same after encoding. */
export function decodeEscapes(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function uriEncode(text: string): string {
  return text.replace(/[^A-Za-z0-9\-._~]/g, (character) => {
    const hex = character.charCodeAt(0).toString(16).toUpperCase();
    return `%${hex.padStart(2, '0')}`;
  });
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
