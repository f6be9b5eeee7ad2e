import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import {
  basicConstraintsExtension,
  parseBasicConstraints,
} from '../../../src/x509/basic-constraints.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('basicConstraints', () => {
  it.each([
    [{ ca: false }, '3000'],
    [{ ca: true }, '30030101ff'],
    [{ ca: true, pathLength: 0 }, '30060101ff020100'],
    [{ ca: true, pathLength: 3 }, '30060101ff020103'],
  ])('writes and reads %j', (constraints, expected) => {
    const { value } = basicConstraintsExtension(constraints, true);
    expect(Buffer.from(value).toString('hex')).toBe(expected);
    expect(parseBasicConstraints(value)).toEqual({ pathLength: undefined, ...constraints });
  });

  it('reads an explicit FALSE, which DER forbids', () => {
    expect(parseBasicConstraints(hex('3003010100'))).toEqual({ ca: false, pathLength: undefined });
  });

  it.each([
    '0500',
    '3003020101',
    '30060101ff0201ff',
    '30060201000101ff',
    '30070101ff02020100',
    '3106',
  ])('refuses %s', (text) => {
    expect(() => parseBasicConstraints(hex(text))).toThrow(DecodeError);
  });
});
