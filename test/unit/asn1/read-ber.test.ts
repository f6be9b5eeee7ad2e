import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { type BerElement, readBer, readBerInTurn } from '../../../src/asn1/read-ber.ts';
import { derElement, derInteger, derSequence } from '../../../src/asn1/write-der.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const refuses = (hex: string, message: RegExp) => {
  expect(() => readBer(bytes(hex))).toThrow(DecodeError);
  expect(() => readBer(bytes(hex))).toThrow(message);
};

/** "depth:header length:content length:p|c" of each element, from openssl asn1parse. */
function opensslOutline(der: Uint8Array): string[] {
  const lines = runOpenssl(['asn1parse', '-inform', 'DER'], der)
    .toString('utf8')
    .trim()
    .split('\n');
  return lines.map((line) =>
    line.replace(/^\s*\d+:d=(\d+)\s+hl=(\d+)\s*l=\s*(\S+)\s+(p|c).*$/, '$1:$2:$3:$4'),
  );
}

function outline(element: BerElement, depth = 0): string[] {
  const header = element.content.byteOffset - element.bytes.byteOffset;
  const kind = element.constructed ? 'c' : 'p';
  const own = `${depth}:${header}:${element.content.length}:${kind}`;
  return [own, ...element.children.flatMap((child) => outline(child, depth + 1))];
}

it('finds the same elements in a certificate as openssl', () => {
  const { der } = goldenIdentity('ra').certificate;
  expect(outline(readBer(der))).toEqual(opensslOutline(der));
});

describe('readBer reads', () => {
  it('a primitive element', () => {
    expect(readBer(bytes('02 01 05'))).toEqual({
      tagClass: 'universal',
      tagNumber: 2,
      constructed: false,
      indefinite: false,
      bytes: bytes('020105'),
      content: bytes('05'),
      children: [],
    });
  });

  it.each([
    ['05 00', 'universal', 5],
    ['45 00', 'application', 5],
    ['85 00', 'context', 5],
    ['c5 00', 'private', 5],
  ] as const)('the tag class of %s', (hex, tagClass, tagNumber) => {
    expect(readBer(bytes(hex))).toMatchObject({ tagClass, tagNumber });
  });

  it.each(['04 03 010203', '04 81 03 010203', '04 82 0003 010203', '04 84 00000003 010203'])(
    'the length form of %s',
    (hex) => {
      expect(readBer(bytes(hex)).content).toEqual(bytes('010203'));
    },
  );

  it('an indefinite length, with its end-of-contents in bytes but not in content', () => {
    const element = readBer(bytes('30 80 05 00 24 80 04 01 aa 00 00 00 00'));
    expect(element.indefinite).toBe(true);
    expect(element.bytes).toHaveLength(13);
    expect(element.content).toEqual(bytes('0500 2480 0401aa 0000'));
    expect(element.children.map((child) => child.indefinite)).toEqual([false, true]);
    expect(element.children[1]?.children[0]?.content).toEqual(bytes('aa'));
  });

  it('views of the input, not copies', () => {
    const input = Buffer.from('30030201ff', 'hex');
    const [child] = readBer(input).children;
    input[4] = 0x7f;
    expect(child?.content).toEqual(Buffer.of(0x7f));
  });

  it('a view into a larger buffer', () => {
    expect(readBer(bytes('ffff 0201 05 ffff').subarray(2, 5)).content).toEqual(bytes('05'));
  });
});

describe('readBer refuses', () => {
  it.each([
    ['', /within a header/],
    ['30', /within a header/],
    ['30 02 05', /longer than its container/],
    ['05 00 00', /bytes follow/],
    ['30 80 05 00', /does not end/],
    ['30 80 05 00 00', /within a header/],
    ['30 04 30 80 05 00', /does not end/],
    ['30 04 30 80 05 00 00 00', /does not end|bytes follow/],
    ['04 80 00 00', /primitive ASN.1 element has indefinite length/],
    ['30 02 00 00', /end-of-contents/],
    ['00 00', /end-of-contents/],
    ['30 03 02 05 01', /longer than its container/],
    ['30 81', /length out of range/],
    ['30 85 00 00 00 00 00', /length out of range/],
    ['30 84 ff ff ff ff', /longer than its container/],
    ['30 fe', /length out of range/],
    ['1f 81 01 00', /tag numbers above 30/],
    ['30 03 9f 1f 00', /tag numbers above 30/],
  ])('%s', (hex, message) => {
    refuses(hex, message);
  });
});

describe('limits', () => {
  const nested = (depth: number) => {
    let element = derSequence();
    for (let i = 0; i < depth; i += 1) element = derSequence(element);
    return element;
  };

  it('count the depth from 0 at the outermost element', () => {
    const limits = { maxDepth: 3, maxElements: 100 };
    expect(readBer(nested(3), limits).children).toHaveLength(1);
    expect(() => readBer(nested(4), limits)).toThrow('ASN.1 nested too deeply');
  });

  it('count the elements at every depth', () => {
    const five = derSequence(derSequence(derInteger(1), derInteger(2)), derInteger(3));
    expect(readBer(five, { maxDepth: 9, maxElements: 5 }).children).toHaveLength(2);
    expect(() => readBer(five, { maxDepth: 9, maxElements: 4 })).toThrow('too many ASN.1 elements');
  });

  it('leave elements at openDepth without children, and do not count what they contain', () => {
    const limits = { maxDepth: 1, maxElements: 2, openDepth: 1 };
    const [inner, ...others] = readBer(nested(5), limits).children;
    expect(inner).toMatchObject({ constructed: true, content: nested(3), children: [] });
    expect(others).toEqual([]);
    expect(() => readBer(bytes('30 04 30 80 00 00'), limits)).toThrow(DecodeError);
  });

  it('apply by default', () => {
    expect(() => readBer(nested(33))).toThrow('ASN.1 nested too deeply');
    const many = derElement(0x30, Buffer.from('0500'.repeat(100_000), 'hex'));
    expect(() => readBer(many)).toThrow('too many ASN.1 elements');
    const bottomless = Buffer.from('3080'.repeat(100_000), 'hex');
    expect(() => readBer(bottomless)).toThrow('ASN.1 nested too deeply');
  });
});

describe('readBerInTurn', () => {
  it('reads consecutive elements, with the limits applied to each', () => {
    const limits = { maxDepth: 1, maxElements: 2 };
    const one = derSequence(derInteger(1));
    const many = Buffer.concat(Array.from({ length: 1_000 }, () => one));
    const read = [...readBerInTurn(many, limits)];
    expect(read).toHaveLength(1_000);
    expect(read.every(({ bytes: each }) => Buffer.compare(each, one) === 0)).toBe(true);
    expect([...readBerInTurn(Buffer.alloc(0))]).toEqual([]);
  });

  it('throws only on reaching the faulty element', () => {
    const [first, ...rest] = [derInteger(7), bytes('02 05 01')];
    const reading = readBerInTurn(Buffer.concat([first, ...rest]));
    expect(reading.next().value).toMatchObject({ tagNumber: 2, content: Buffer.of(7) });
    expect(() => reading.next()).toThrow('longer than its container');
  });
});
