import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { expectType, hasContextTag } from '../../../src/asn1/expect-type.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';

const element = (hex: string) => readBer(Buffer.from(hex, 'hex'));
const SAMPLES = [
  ['INTEGER', '020105'],
  ['OCTET STRING', '0400'],
  ['SEQUENCE', '3000'],
  ['SET', '3100'],
] as const;

describe.each(SAMPLES)('expectType %s', (type, hex) => {
  it('returns the element', () => {
    const own = element(hex);
    expect(expectType(own, type)).toBe(own);
  });

  it('refuses other types, a context tag of the same number, and a missing element', () => {
    const others = SAMPLES.filter(([name]) => name !== type).map(([, other]) => other);
    for (const other of [...others, '8200', '8400', 'b000', 'b100', '2400']) {
      expect(() => expectType(element(other), type)).toThrow(DecodeError);
    }
    expect(() => expectType(undefined, type)).toThrow(`expected ${type}`);
  });
});

it.each([
  ['8000', true],
  ['a000', true],
  ['8100', false],
  ['0500', false],
  ['4000', false],
  ['c000', false],
])('hasContextTag 0 of %s returns %s', (hex, expected) => {
  expect(hasContextTag(element(hex), 0)).toBe(expected);
  expect(hasContextTag(undefined, 0)).toBe(false);
});
