import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { berToDer } from '../../src/asn1/ber-to-der.ts';
import { DecodeError } from '../../src/asn1/decode-error.ts';
import { isDottedOid } from '../../src/asn1/object-identifiers.ts';
import { decodePem, encodePem } from '../../src/asn1/pem.ts';
import { type BerElement, readBer } from '../../src/asn1/read-ber.ts';
import { derElement, derInteger, derOid, derSetOf } from '../../src/asn1/write-der.ts';
import { readOid } from '../../src/x509/read-oid.ts';
import { processorTime } from '../support/load/processor-time.ts';
import { forgePkiMessage } from '../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../support/scep-messages/golden-identity.ts';
import { HOSTILE_BODIES } from '../support/scep-messages/hostile-bodies.ts';
import { mutated } from '../support/scep-messages/mutate-bytes.ts';

const RUNS = { numRuns: 3_000 };
const SEEDS = [forgePkiMessage(), goldenIdentity('ra').certificate.der];

function expectOnlyDecodeError(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

/** A tree of elements; each node also says how BER writes it. */
interface Tree {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly children: readonly Tree[];
  readonly indefinite: boolean;
  /** Where an OCTET STRING is cut into pieces; empty to leave it whole. */
  readonly cuts: readonly number[];
}

const primitiveTag = fc.constantFrom(
  0x01,
  0x02,
  0x03,
  0x04,
  0x05,
  0x06,
  0x0c,
  0x13,
  0x80,
  0x81,
  0x42,
);
const constructedTag = fc.constantFrom(0x30, 0x31, 0xa0, 0xa3, 0x61);
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.record({
      tag: primitiveTag,
      content: fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ minLength: 120, maxLength: 300 }),
      ),
      children: fc.constant([]),
      indefinite: fc.boolean(),
      cuts: fc.array(fc.nat(300), { maxLength: 3 }),
    }),
    fc.record({
      tag: constructedTag,
      content: fc.constant(new Uint8Array()),
      children: fc.array(tie('tree'), { maxLength: 4 }),
      indefinite: fc.boolean(),
      cuts: fc.constant([]),
    }),
  ),
}));

function der({ tag, content, children }: Tree): Uint8Array {
  return (tag & 0x20) === 0 ? derElement(tag, content) : derElement(tag, ...children.map(der));
}

function ber({ tag, content, children, indefinite, cuts }: Tree): Uint8Array {
  if ((tag & 0x20) !== 0) return constructed(tag, children.map(ber), indefinite);
  if (tag !== 0x04 || cuts.length === 0) return derElement(tag, content);
  const bounds = [0, ...cuts.map((cut) => Math.min(cut, content.length)), content.length].toSorted(
    (a, b) => a - b,
  );
  const pieces = bounds
    .slice(1)
    .map((end, i) => derElement(0x04, content.subarray(bounds[i], end)));
  const [first, ...others] = pieces;
  const nested = first ? [constructed(0x24, [first], !indefinite), ...others] : [];
  return constructed(0x24, nested, indefinite);
}

function constructed(tag: number, parts: readonly Uint8Array[], indefinite: boolean): Uint8Array {
  if (!indefinite) return derElement(tag, ...parts);
  return Buffer.concat([Buffer.of(tag, 0x80), ...parts, Buffer.of(0, 0)]);
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe('berToDer', () => {
  it('returns DER unchanged', () => {
    fc.assert(
      fc.property(tree, (value) => same(berToDer(der(value)), der(value))),
      RUNS,
    );
  });

  it('converts any BER to its DER, and leaves its own result unchanged', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const converted = berToDer(ber(value));
        return same(converted, der(value)) && same(berToDer(converted), converted);
      }),
      RUNS,
    );
  });

  it('throws only DecodeError, and its result has no indefinite length', () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated(SEEDS));
    const anyIndefinite = (element: BerElement): boolean =>
      element.indefinite || element.children.some(anyIndefinite);
    fc.assert(
      fc.property(bytes, (input) => {
        expectOnlyDecodeError(() => {
          expect(anyIndefinite(readBer(berToDer(input)))).toBe(false);
        });
      }),
      RUNS,
    );
  });
});

describe('readBer', () => {
  it('throws only DecodeError', () => {
    const header = fc.constantFrom(
      0x30,
      0x31,
      0x24,
      0xa0,
      0x80,
      0x04,
      0x02,
      0x00,
      0x81,
      0x82,
      0x84,
      0xff,
    );
    const noise = fc
      .array(fc.oneof(header, fc.nat(255)), { maxLength: 300 })
      .map((octets) => Buffer.from(octets));
    fc.assert(
      fc.property(fc.oneof(noise, mutated(SEEDS)), (bytes) => {
        expectOnlyDecodeError(() => readBer(bytes));
      }),
      RUNS,
    );
  });

  it('reads children that fill their parent to the octet', () => {
    const check = (element: BerElement): void => {
      const filled = element.children.reduce((sum, child) => sum + child.bytes.length, 0);
      if (element.constructed) expect(filled).toBe(element.content.length);
      element.children.forEach(check);
    };
    fc.assert(
      fc.property(tree, (value) => {
        check(readBer(ber(value)));
      }),
      { numRuns: 500 },
    );
  });

  it.each(HOSTILE_BODIES)('takes less than a second for %s', (_, body) => {
    const start = processorTime();
    expectOnlyDecodeError(() => berToDer(body));
    expect(processorTime() - start).toBeLessThan(1_000);
  });
});

describe('writers and readers agree', () => {
  it('on non-negative integers', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const { content } = readBer(derInteger(value));
        return (
          Number(BigInt(`0x${Buffer.from(content).toString('hex')}`)) === value &&
          (content[0] ?? 0) < 0x80
        );
      }),
    );
  });

  it('on object identifiers', () => {
    const arc = fc.oneof(fc.nat(200), fc.bigInt({ min: 0n, max: 2n ** 50n }));
    const dotted = fc
      .tuple(fc.nat(2), fc.nat(39), fc.array(arc, { maxLength: 8 }))
      .map(([root, second, rest]) => [root, second, ...rest].join('.'))
      .filter((text) => text.length <= 128);
    fc.assert(
      fc.property(dotted, (oid) => isDottedOid(oid) && readOid(readBer(derOid(oid))) === oid),
    );
  });

  it('on sets in any order', () => {
    fc.assert(
      fc.property(fc.array(tree.map(der), { maxLength: 6 }), (elements) =>
        same(derSetOf(elements), derSetOf(elements.toReversed())),
      ),
      { numRuns: 300 },
    );
  });

  it('on PEM', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        const [decoded] = decodePem('ANY', `before\n${encodePem('ANY', bytes)}after`);
        return same(decoded ?? new Uint8Array(), bytes);
      }),
    );
  });
});
