import { DecodeError } from '../asn1/decode-error.ts';
import { isType } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { readBer } from '../asn1/read-ber.ts';
import { derBoolean, derInteger, derSequence } from '../asn1/write-der.ts';
import type { Extension } from './extensions.ts';

/** RFC 5280 section 4.2.1.9. */
export interface BasicConstraints {
  readonly ca: boolean;
  /** How many intermediate CAs may follow below this one; undefined for no limit. */
  readonly pathLength: number | undefined;
}

/**
 * As in a certification request, where a path length may stand beside CA:FALSE: it has no meaning
 * there.
 * @throws DecodeError when malformed
 */
export function parseRequestedConstraints(value: Uint8Array): BasicConstraints {
  const sequence = readBer(value);
  const [first, ...rest] = sequence.children;
  const caElement = isType(first, 'BOOLEAN') ? first : undefined;
  const [pathElement, ...others] = caElement ? rest : sequence.children;
  const malformed =
    !isType(sequence, 'SEQUENCE') || sequence.children.some(({ content }) => content.length !== 1);
  if (malformed || others.length > 0) throw new DecodeError('basicConstraints is malformed');
  const ca = caElement !== undefined && caElement.content[0] !== 0;
  if (pathElement === undefined) return { ca, pathLength: undefined };
  const pathLength = pathElement.content[0] ?? 0;
  if (!isType(pathElement, 'INTEGER') || pathLength >= 0x80) {
    throw new DecodeError('the path length of basicConstraints is malformed');
  }
  return { ca, pathLength };
}

/**
 * @throws DecodeError when malformed, or when there is a path length without CA:TRUE or above 127
 */
export function parseBasicConstraints(value: Uint8Array): BasicConstraints {
  const constraints = parseRequestedConstraints(value);
  if (constraints.pathLength === undefined || constraints.ca) return constraints;
  throw new DecodeError('basicConstraints has a path length without CA:TRUE');
}

export function basicConstraintsExtension(
  constraints: { readonly ca: boolean; readonly pathLength?: number },
  critical: boolean,
): Extension {
  const { ca, pathLength } = constraints;
  const value = derSequence(
    ...(ca ? [derBoolean(true)] : []),
    ...(pathLength === undefined ? [] : [derInteger(pathLength)]),
  );
  return { oid: OID.basicConstraints, critical, value };
}
