import { DecodeError } from '../asn1/decode-error.ts';
import type { BerElement } from '../asn1/read-ber.ts';

const BIT_STRING = 3;

/**
 * The octets of a primitive BIT STRING that holds whole octets: a signature or a public key.
 * @throws DecodeError on another type or unused bits.
 */
export function readBitString(element: BerElement): Uint8Array {
  const primitive = element.tagClass === 'universal' && !element.constructed;
  if (!primitive || element.tagNumber !== BIT_STRING || element.content[0] !== 0) {
    throw new DecodeError('a BIT STRING of whole octets was expected');
  }
  return element.content.subarray(1);
}
