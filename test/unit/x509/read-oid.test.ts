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

  it('reads what derOid writes, including UUIDs (X.667)', () => {
    const root = fc
      .constantFrom([0, 39n] as const, [1, 39n] as const, [2, 2n ** 128n] as const)
      .chain(([first, max]) => fc.bigInt({ min: 0n, max }).map((second) => [first, second]));
    const arcs = fc.array(fc.bigInt({ min: 0n, max: 2n ** 128n }), { minLength: 1, maxLength: 2 });
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
    ['65 octets', Buffer.concat([Buffer.from('0641', 'hex'), Buffer.alloc(65, 1)])],
    ['a string', derUtf8String('1.2.3')],
  ])('refuses %s', (_, der) => {
    expect(() => readOid(readBer(der))).toThrow(DecodeError);
  });
});
