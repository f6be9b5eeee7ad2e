import { expect, it } from 'vitest';
import { DecodeError, decoding } from '../../../src/asn1/decode-error.ts';

it('decoding returns the result of the parser', () => {
  expect(decoding('the name', () => 42)).toBe(42);
});

it('decoding says what is malformed and keeps the cause for the log', () => {
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

it('decoding passes on a DecodeError of the parser unchanged', () => {
  const inner = new DecodeError('a date is malformed');
  expect(() =>
    decoding('the certificate', () => {
      throw inner;
    }),
  ).toThrow(inner);
});
