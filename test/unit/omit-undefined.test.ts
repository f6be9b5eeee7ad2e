import { expect, it } from 'vitest';
import { omitUndefined } from '../../src/omit-undefined.ts';

it('leaves out what is undefined and keeps null, false, zero and the empty string', () => {
  const members = { a: undefined, b: null, c: false, d: 0, e: '' };
  expect(omitUndefined(members)).toStrictEqual({ b: null, c: false, d: 0, e: '' });
});
