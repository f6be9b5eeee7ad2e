import { expect, it } from 'vitest';
import { generateKey, parseKeySpec } from '../../../../src/cli/terminal/key-algorithm.ts';

it.each([
  ['rsa:2048', { modulusLength: 2048 }],
  ['rsa:3072', { modulusLength: 3072 }],
  ['ec:P-256', { namedCurve: 'prime256v1' }],
  ['ec:P-384', { namedCurve: 'secp384r1' }],
  ['ec:P-521', { namedCurve: 'secp521r1' }],
] as const)('generates a key for %s', async (name, details) => {
  const key = await generateKey(parseKeySpec(name));
  expect(key.type).toBe('private');
  expect(key.asymmetricKeyDetails).toMatchObject(details);
});

it('refuses other algorithms', () => {
  for (const bad of ['rsa:1024', 'rsa', 'ec', 'ec:P-224', 'EC:P-256', '2048', 'rsa:20480', '']) {
    expect(() => parseKeySpec(bad)).toThrow(/rsa:2048.*ec:P-521/);
  }
});
