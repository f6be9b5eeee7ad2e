import { DecodeError } from '../asn1/decode-error.ts';
import { equalBytes } from '../asn1/equal-bytes.ts';
import { readBer } from '../asn1/read-ber.ts';
import { derSequence } from '../asn1/write-der.ts';
import { type RawAttribute, readName, textOf } from './distinguished-name.ts';
import { prepareString } from './prepare-string.ts';

/** Longer names come from strangers alone. They equal only the same octets. */
const MAX_COMPARED_OCTETS = 8_192;

/**
 * Whether two Names in DER are the same by RFC 5280 section 7.1, whatever the string types, the
 * case and the spaces of their values. Octets that are no Name equal only the same octets.
 */
export function isSameName(a: Uint8Array, b: Uint8Array): boolean {
  if (equalBytes(a, b)) return true;
  if (a.length > MAX_COMPARED_OCTETS || b.length > MAX_COMPARED_OCTETS) return false;
  try {
    const [left, right] = [comparableName(a), comparableName(b)];
    return left.length === right.length && left.every((text, i) => text === right[i]);
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

/** Whether a certificate has the same subject and issuer (RFC 5280 section 3.2). */
export function isSelfIssued({
  issuer,
  subject,
}: {
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
}): boolean {
  return isSameName(issuer, subject);
}

/** The DER of a Name with its relative names in the opposite order. @throws DecodeError */
export function reverseName(der: Uint8Array): Uint8Array {
  const { children } = readBer(der);
  return derSequence(...children.map(({ bytes }) => bytes).toReversed());
}

/**
 * One text for each relative name, in DER order. Two relative names are the same by RFC 5280
 * section 7.1 if their texts are equal.
 * @param der of a Name
 * @throws DecodeError when it is not a Name
 */
export function comparableName(der: Uint8Array): readonly string[] {
  return readName(der).map((attributes) => attributes.map(comparableAttribute).toSorted().join());
}

/** A value that cannot be prepared counts with its DER: only the same octets match. */
function comparableAttribute({ oid, value }: RawAttribute): string {
  const text = textOf(value);
  const prepared = text === undefined ? undefined : prepareString(text);
  return JSON.stringify([oid, prepared ?? { der: Buffer.from(value.bytes).toString('hex') }]);
}
