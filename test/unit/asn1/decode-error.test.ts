import { expect, it } from 'vitest';
import { DecodeError, decoding } from '../../../src/asn1/decode-error.ts';

it('decoding gives what the parser gives', () => {
  expect(decoding('the name', () => 42)).toBe(42);
});

it('decoding says what failed and keeps the reason for the log', () => {
  const reason = new TypeError('undefined is not an object');
  const failing = () =>
    decoding('the name', () => {
      throw reason;
    });
  expect(failing).toThrow(DecodeError);
  expect(failing).toThrow(
    expect.objectContaining({
      name: 'DecodeError',
      message: 'the name is malformed',
      cause: reason,
    }),
  );
});

it('decoding lets a DecodeError from within pass as it is', () => {
  const inner = new DecodeError('a date is malformed');
  expect(() =>
    decoding('the certificate', () => {
      throw inner;
    }),
  ).toThrow(inner);
});
