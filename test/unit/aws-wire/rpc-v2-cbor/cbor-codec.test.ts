import { cbor, dateToTag } from '@smithy/core/cbor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CBOR_CODEC } from '../../../../src/aws-wire/rpc-v2-cbor/cbor-codec.ts';
import { awsErrorOf } from '../../../support/clients/aws-error-of.ts';

const readCborMap = CBOR_CODEC.decode;
const octets = (hex: string) => Buffer.from(hex, 'hex');
/** Reads one item, as the member `a` of a map. */
const readItem = (hex: string) => readCborMap(octets(`a16161${hex}`))['a'];

function faultOf(body: Uint8Array): string {
  const { code, message } = awsErrorOf(() => readCborMap(body));
  expect(code).toBe('SerializationException');
  return message;
}

describe('an item of RFC 8949, appendix A', () => {
  it.each<[string, unknown]>([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['1bffffffffffffffff', 2 ** 64],
    ['20', -1],
    ['3903e7', -1000],
    ['f90000', 0],
    ['f98000', -0],
    ['f93c00', 1],
    ['fb3ff199999999999a', 1.1],
    ['f93e00', 1.5],
    ['f97bff', 65_504],
    ['fa47c35000', 100_000],
    ['fb7e37e43c8800759c', 1.0e300],
    ['f90001', 2 ** -24],
    ['f90400', 2 ** -14],
    ['f9c400', -4],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['f97e00', Number.NaN],
    ['f9fc00', Number.NEGATIVE_INFINITY],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['f7', null],
    ['c11a514b67b0', 1_363_896_240],
    ['c1fb41d452d9ec200000', 1_363_896_240.5],
    ['40', Buffer.of()],
    ['4401020304', Buffer.of(1, 2, 3, 4)],
    ['60', ''],
    ['6449455446', 'IETF'],
    ['62225c', '"\\'],
    ['62c3bc', 'ü'],
    ['64f0908591', '𐅑'],
    ['80', []],
    ['83010203', [1, 2, 3]],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    ['a0', {}],
    ['a26161016162820203', { a: 1, b: [2, 3] }],
    ['5f42010243030405ff', Buffer.of(1, 2, 3, 4, 5)],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9fff', []],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['83018202039f0405ff', [1, [2, 3], [4, 5]]],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ])('%s is %j', (hex, value) => {
    expect(readItem(hex)).toEqual(value);
  });
});

it('reads an empty body as no members', () => {
  expect(readCborMap(octets(''))).toEqual({});
});

it('agrees with the AWS SDK about what that writes', () => {
  const leaf = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.maxSafeInteger(),
    // The SDK writes -0 as 0.
    fc.double({ noNaN: true }).map((number) => number || 0),
    fc.constant(null),
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
  );
  const name = fc.string().filter((text) => text !== '__proto__');
  const { map } = fc.letrec<{ map: Record<string, unknown>; item: unknown }>((tie) => ({
    map: fc.dictionary(name, tie('item'), { noNullPrototype: true }),
    item: fc.oneof({ depthSize: 'small' }, leaf, tie('map'), fc.array(tie('item'))),
  }));
  fc.assert(
    fc.property(map, (members) => {
      expect(readCborMap(cbor.serialize(members))).toEqual(members);
    }),
  );
});

it('reads a time as the AWS SDK writes it, in seconds', () => {
  const time = new Date('2026-06-01T12:00:00.250Z');
  expect(readCborMap(cbor.serialize({ At: dateToTag(time) }))).toEqual({ At: 1_780_315_200.25 });
});

describe('refuses', () => {
  it.each<[string, string, string]>([
    ['a list', '80', 'must be a map'],
    ['null', 'f6', 'must be a map'],
    ['text', '6161', 'must be a map'],
    ['a map that ends too early', 'a16161', 'ends too early'],
    ['a map without its break', 'bf616101', 'ends too early'],
    ['a number that ends too early', 'a161611903', 'ends too early'],
    ['text longer than the body', 'a161617a00ffffff61', 'ends too early'],
    ['a list of 4 billion items', 'a161619affffffff', 'ends too early'],
    ['a list of 2^64 items', 'a161619bffffffffffffffff', 'ends too early'],
    ['a map of 2^64 members', 'bbffffffffffffffff', 'ends too early'],
    ['octets after the end', 'a000', 'octets after its end'],
    ['a name that is a number', 'a10101', 'name that is not text'],
    ['a name of octets', 'a1416101', 'name that is not text'],
    ['the same name twice', 'a2616101616102', 'same name twice'],
    ['a member named __proto__', 'a1695f5f70726f746f5f5fa0', '__proto__'],
    ['text that is not UTF-8', 'a1616162c328', 'not UTF-8'],
    ['half a surrogate pair', 'a1616163eda080', 'not UTF-8'],
    ['a chunk that is not UTF-8 alone', 'a161617f61c361bcff', 'not UTF-8'],
    ['octets in a text', 'a161617f4161ff', 'is not CBOR'],
    ['a chunk of indefinite length', 'a161617f7f6161ffff', 'is not CBOR'],
    ['a large number', 'a16161c249010000000000000000', 'a tag other than'],
    ['a decimal fraction', 'a16161c48221196ab3', 'a tag other than'],
    ['a time as text', 'a16161c074323031332d30332d32315432303a30343a30305a', 'a tag other than'],
    ['a timestamp that is text', 'a16161c16131', 'timestamp that is not a number'],
    ['a tag of indefinite length', 'a16161df01', 'a tag other than'],
    ['a break outside of a list', 'a16161ff', 'is not CBOR'],
    ['a length in a reserved form', 'a161617c', 'is not CBOR'],
    ['a number of indefinite length', 'a161611f', 'is not CBOR'],
    ['a simple value that is not assigned', 'a16161f0', 'is not CBOR'],
    ['a simple value in two octets', 'a16161f814', 'is not CBOR'],
  ])('%s', (_name, hex, fault) => {
    expect(faultOf(octets(hex))).toContain(fault);
  });

  it.each(['81', '9f', 'a16161', 'bf6161', 'c1'])('deep nesting of %s', (opening) => {
    expect(faultOf(octets(`a16161${opening.repeat(65)}`))).toContain('nested too deeply');
    expect(faultOf(octets(`a16161${opening.repeat(1_000_000)}`))).toContain('nested too deeply');
  });

  it('too many parts', () => {
    const body = (count: number) => cbor.serialize({ a: Array.from({ length: count }, () => 0) });
    expect(readCborMap(body(99_998))).toHaveProperty('a.99997', 0);
    expect(faultOf(body(100_000))).toContain('too many parts');
    expect(faultOf(octets(`a161615f${'40'.repeat(100_000)}`))).toContain('too many parts');
  });
});

it('reads octets of any kind, or refuses them as malformed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        expect(readCborMap(Buffer.concat([octets('a16161'), bytes]))).toHaveProperty('a');
      } catch (error) {
        expect(error).toMatchObject({ name: 'AwsError', code: 'SerializationException' });
      }
    }),
    { numRuns: 2_000 },
  );
});
