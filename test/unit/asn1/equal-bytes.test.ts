import { expect, it } from 'vitest';
import { equalBytes } from '../../../src/asn1/equal-bytes.ts';

it.each([
  [[], [], true],
  [[1, 2], [1, 2], true],
  [[1, 2], [1, 3], false],
  [[1, 2], [1, 2, 0], false],
])('equalBytes of %j and %j returns %s', (a, b, expected) => {
  expect(equalBytes(Uint8Array.from(a), Buffer.from(b))).toBe(expected);
});
