import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { derOid, derUtf8String } from '../../../src/asn1/write-der.ts';
import { readOid } from '../../../src/x509/read-oid.ts';

describe('readOid', () => {
  it.each(Object.entries(OID))('reads %s', (_, dotted) => {
    expect(readOid(readBer(derOid(dotted)))).toBe(dotted);
  });

  it('reads what derOid writes', () => {
    const root = fc
      .constantFrom([0, 39], [1, 39], [2, 100_000])
      .chain(([first = 0, max = 0]) =>
        fc.integer({ min: 0, max }).map((second) => [first, second]),
      );
    const arcs = fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(root, arcs, (start, rest) => {
        const dotted = [...start, ...rest].join('.');
        expect(readOid(readBer(derOid(dotted)))).toBe(dotted);
      }),
    );
  });

  it.each([
    ['an empty one', Buffer.from('0600', 'hex')],
    ['an unfinished arc', Buffer.from('06022a86', 'hex')],
    ['a padded arc', Buffer.from('06032a8001', 'hex')],
    ['an arc above 2^53', Buffer.from('060a2affffffffffffffff7f', 'hex')],
    ['65 octets', Buffer.concat([Buffer.from('0641', 'hex'), Buffer.alloc(65, 1)])],
    ['a string', derUtf8String('1.2.3')],
  ])('refuses %s', (_, der) => {
    expect(() => readOid(readBer(der))).toThrow(DecodeError);
  });
});
