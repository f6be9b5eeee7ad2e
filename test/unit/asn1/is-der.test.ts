import { expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { isDer } from '../../../src/asn1/is-der.ts';

const of = (hex: string) => isDer(Buffer.from(hex, 'hex'));

it.each([
  ['a primitive element', '020101'],
  ['an empty sequence', '3000'],
  ['a tagged element inside', '30038201ff'],
  ['a length of two octets', `048180${'00'.repeat(128)}`],
])('%s is DER', (_, hex) => {
  expect(of(hex)).toBe(true);
});

it.each([
  ['a length with needless octets', '308103820161'],
  ['such a length deep inside', '3006300482810161'],
  ['an indefinite length', '30808201610000'],
  ['an OCTET STRING in parts', '2403040161'],
  ['a primitive SEQUENCE', '1000'],
])('%s is not DER', (_, hex) => {
  expect(of(hex)).toBe(false);
});

it('throws a DecodeError for bytes that are not BER', () => {
  expect(() => of('30')).toThrow(DecodeError);
});
