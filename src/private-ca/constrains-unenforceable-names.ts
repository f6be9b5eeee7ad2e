import { DecodeError } from '../asn1/decode-error.ts';
import { readBer } from '../asn1/read-ber.ts';

/** Tags of the GeneralNames whose constraints issuing does not enforce: otherName, x400Address, ediPartyName, registeredID. */
const UNENFORCEABLE: ReadonlySet<number> = new Set([0, 3, 5, 8]);

/**
 * Whether a nameConstraints (RFC 5280 section 4.2.1.10) permits or excludes names that issuing does not look at.
 * @throws DecodeError when the value is malformed
 */
export function constrainsUnenforceableNames(value: Uint8Array): boolean {
  const subtrees = readBer(value).children.flatMap(({ children }) => children);
  if (subtrees.length === 0) throw new DecodeError('nameConstraints are malformed');
  return subtrees.some(({ children: [base] }) => {
    if (base?.tagClass !== 'context') throw new DecodeError('nameConstraints are malformed');
    return UNENFORCEABLE.has(base.tagNumber);
  });
}
