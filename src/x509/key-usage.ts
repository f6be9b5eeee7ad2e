import { DecodeError } from '../asn1/decode-error.ts';
import { isType } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { readBer } from '../asn1/read-ber.ts';
import { derBitString } from '../asn1/write-der.ts';
import type { Extension } from './extensions.ts';

/** The named bits of KeyUsage in their order (RFC 5280 section 4.2.1.3). */
export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsage = (typeof KEY_USAGES)[number];

/**
 * The usages whose bits are set, in the order of KEY_USAGES. Accepts trailing zero bits, which DER
 * forbids.
 * @throws DecodeError when malformed, or when an unused bit or one beyond decipherOnly is set,
 *   since readers would disagree
 */
export function parseKeyUsage(value: Uint8Array): readonly KeyUsage[] {
  const element = readBer(value);
  const [unusedBits = 8, ...octets] = element.content;
  const isBitString = isType(element, 'BIT STRING');
  if (!isBitString || unusedBits > 7 || octets.length > 2 || (octets.length === 0 && unusedBits)) {
    throw new DecodeError('keyUsage is malformed');
  }
  const bits = ((octets[0] ?? 0) << 8) | (octets[1] ?? 0);
  const unused = (octets.at(-1) ?? 0) & ((1 << unusedBits) - 1);
  if ((bits & 0x7f) !== 0 || unused !== 0) throw new DecodeError('keyUsage has an unknown bit');
  return KEY_USAGES.filter((_, i) => (bits & (0x8000 >> i)) !== 0);
}

/** A critical keyUsage, as RFC 5280 recommends, without trailing zero bits. */
export function keyUsageExtension(usages: readonly KeyUsage[]): Extension {
  const indexes = usages.map((usage) => KEY_USAGES.indexOf(usage));
  const bits = indexes.reduce((sum, i) => sum | (0x8000 >> i), 0);
  const octets = Math.ceil((Math.max(-1, ...indexes) + 1) / 8);
  const unusedBits = octets * 8 - (Math.max(-1, ...indexes) + 1);
  const value = derBitString(Buffer.of(bits >> 8, bits & 0xff).subarray(0, octets), unusedBits);
  return { oid: OID.keyUsage, critical: true, value };
}
