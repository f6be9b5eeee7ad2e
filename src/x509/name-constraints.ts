import { DecodeError } from '../asn1/decode-error.ts';
import { expectType, hasContextTag } from '../asn1/expect-type.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { parseName } from './distinguished-name.ts';

/** The base of a GeneralSubtree (RFC 5280 section 4.2.1.10). */
export type NameConstraint =
  /**
   * A host, optionally with a leading dot, or a mailbox; empty text matches every name of the kind.
   */
  | { readonly kind: TextualKind; readonly value: string }
  /** DER of a Name. */
  | { readonly kind: 'directoryName'; readonly value: Uint8Array }
  /** 4 or 16 octets each. */
  | { readonly kind: 'iPAddress'; readonly address: Uint8Array; readonly mask: Uint8Array }
  /** Kinds that this program cannot match. */
  | { readonly kind: UnmatchedKind };

type TextualKind = 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier';
type UnmatchedKind = 'otherName' | 'x400Address' | 'ediPartyName' | 'registeredID';

export interface NameConstraints {
  readonly permitted: readonly NameConstraint[];
  readonly excluded: readonly NameConstraint[];
}

const KINDS = [
  'otherName',
  'rfc822Name',
  'dNSName',
  'x400Address',
  'directoryName',
  'ediPartyName',
  'uniformResourceIdentifier',
  'iPAddress',
  'registeredID',
] as const;
const MAX_SUBTREES = 1_000;

/**
 * The value of a nameConstraints extension.
 * @throws DecodeError when it is malformed or empty, has more than 1000 subtrees, or has a minimum
 *   or maximum, which RFC 5280 does not use
 */
export function parseNameConstraints(value: Uint8Array): NameConstraints {
  const limits = { maxDepth: 16, maxElements: 20 * MAX_SUBTREES };
  const { children } = expectType(readBer(value, limits), 'SEQUENCE');
  const permitted = children.find((child) => hasContextTag(child, 0));
  const excluded = children.find((child) => hasContextTag(child, 1));
  const known = [permitted, excluded].filter((list) => list !== undefined);
  if (known.length === 0 || known.length < children.length || known.some(isEmpty)) {
    throw malformed();
  }
  return { permitted: readSubtrees(permitted), excluded: readSubtrees(excluded) };
}

function isEmpty({ children }: BerElement): boolean {
  return children.length === 0 || children.length > MAX_SUBTREES;
}

function readSubtrees(list: BerElement | undefined): readonly NameConstraint[] {
  return (list?.children ?? []).map((subtree) => {
    const [base, ...bounds] = expectType(subtree, 'SEQUENCE').children;
    if (base?.tagClass !== 'context' || bounds.length > 0) throw malformed();
    return readBase(base);
  });
}

function readBase(base: BerElement): NameConstraint {
  const kind = KINDS[base.tagNumber];
  switch (kind) {
    case 'rfc822Name':
    case 'dNSName':
    case 'uniformResourceIdentifier':
      return { kind, value: readText(base) };
    case 'directoryName':
      return { kind, value: readDirectoryName(base) };
    case 'iPAddress':
      return { kind, ...readAddressRange(base) };
    case undefined:
      throw malformed();
    default:
      return { kind };
  }
}

function readText({ constructed, content }: BerElement): string {
  const text = Buffer.from(content).toString('latin1');
  if (constructed || !/^[ -~]*$/.test(text)) throw malformed();
  return text;
}

function readDirectoryName({ children: [name, ...others] }: BerElement): Uint8Array {
  if (name === undefined || others.length > 0) throw malformed();
  parseName(name.bytes);
  return name.bytes;
}

function readAddressRange({ constructed, content }: BerElement) {
  if (constructed || (content.length !== 8 && content.length !== 32)) throw malformed();
  const half = content.length / 2;
  return { address: content.subarray(0, half), mask: content.subarray(half) };
}

function malformed(): DecodeError {
  return new DecodeError('nameConstraints is malformed');
}
