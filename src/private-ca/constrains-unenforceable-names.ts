import { parseNameConstraints } from '../x509/name-constraints.ts';

/** The kinds whose constraints issuing does not enforce, as at AWS. */
const UNENFORCEABLE: ReadonlySet<string> = new Set([
  'otherName',
  'x400Address',
  'ediPartyName',
  'registeredID',
]);

/**
 * Whether a nameConstraints (RFC 5280 section 4.2.1.10) permits or excludes names that issuing cannot match.
 * @throws DecodeError when the value is malformed
 */
export function constrainsUnenforceableNames(value: Uint8Array): boolean {
  const { permitted, excluded } = parseNameConstraints(value);
  return [...permitted, ...excluded].some(({ kind }) => UNENFORCEABLE.has(kind));
}
