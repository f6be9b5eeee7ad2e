import { DecodeError } from '../asn1/decode-error.ts';
import { isType } from '../asn1/expect-type.ts';
import type { BerElement } from '../asn1/read-ber.ts';
import { derOid, derSequence } from '../asn1/write-der.ts';
import { readOid } from './read-oid.ts';

/** AlgorithmIdentifier (RFC 5280 section 4.1.1.2). */
export interface AlgorithmIdentifier {
  /** Dotted. */
  readonly oid: string;
  /** The whole DER element; undefined when absent. */
  readonly parameters: Uint8Array | undefined;
}

/** The DER of an AlgorithmIdentifier; `parameters` is a whole DER element such as `derNull()`. */
export function derAlgorithmIdentifier(oid: string, parameters?: Uint8Array): Uint8Array {
  return parameters === undefined ? derSequence(derOid(oid)) : derSequence(derOid(oid), parameters);
}

/** @throws DecodeError when the element is not an AlgorithmIdentifier */
export function readAlgorithmIdentifier(element: BerElement): AlgorithmIdentifier {
  const [algorithm, parameters, ...others] = element.children;
  if (!isType(element, 'SEQUENCE') || algorithm === undefined || others.length > 0) {
    throw new DecodeError('an AlgorithmIdentifier is malformed');
  }
  return { oid: readOid(algorithm), parameters: parameters?.bytes };
}
