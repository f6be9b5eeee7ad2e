import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findLostMember } from '../../../../src/aws-wire/policy/find-lost-member.ts';

it.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":{"b":1},"c":[{"b":1,"\\u0062":2}]}', 'b'],
  ['{"a":{"b":1},"b":{"a":1},"a":0}', 'a'],
  ['{"a":"\\"b\\":","a":"{"}', 'a'],
  ['[{"__proto__":1}]', '__proto__'],
])('finds in %s the member %s', (json, name) => {
  expect(findLostMember(json)).toBe(name);
});

it.each(['{}', '[]', '"a:a"', '{"a":"a","b":["a","a",{"a":1},{"a":1}]}', '{"a":":","b":"\\\\"}'])(
  'finds no lost member in %s',
  (json) => {
    expect(findLostMember(json)).toBeUndefined();
  },
);

it('finds no lost member in what JSON.stringify wrote, except __proto__', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value);
      expect(findLostMember(json)).toBe(json.includes('"__proto__":') ? '__proto__' : undefined);
    }),
  );
});
