import {
  derBitString,
  derContext,
  derElement,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derTime,
} from '../../../src/asn1/write-der.ts';

/** The largest body that the enrol listener accepts (docs/rfc8894-conformance.md S4). */
const MAX_BODY_OCTETS = 256 * 1024;

const repeated = (hex: string, octets = MAX_BODY_OCTETS) =>
  Buffer.from(hex.repeat(Math.floor((octets * 2) / hex.length)), 'hex');

/** `depth` times `open`, and as often `close` at the end. */
const nested = (open: string, close: string, depth: number) =>
  Buffer.from(open.repeat(depth) + close.repeat(depth), 'hex');

function definitelyNested(depth: number, tag: number): Uint8Array {
  let element: Uint8Array = derElement(tag);
  for (let i = 0; i < depth; i += 1) element = derElement(tag, element);
  return element;
}

/** An OBJECT IDENTIFIER of one arc of `octets` octets, and one of `octets` arcs. */
const longOid = (octets: number) =>
  derElement(0x06, Buffer.concat([Buffer.alloc(octets, 0xff), Buffer.of(1)]));
const manyArcs = (octets: number) => derElement(0x06, Buffer.alloc(octets, 1));

const asSignedData = (...content: Uint8Array[]) =>
  derSequence(derOid('1.2.840.113549.1.7.2'), derContext(0, ...content));

/** Bodies of up to 256 KiB that are made to cost time, memory or stack, by name. */
export const HOSTILE_BODIES: readonly (readonly [string, Uint8Array])[] = [
  ['zeros', Buffer.alloc(MAX_BODY_OCTETS)],
  ['0xff', Buffer.alloc(MAX_BODY_OCTETS, 0xff)],
  ['a flood of NULLs', derElement(0x30, repeated('0500', MAX_BODY_OCTETS - 10))],
  ['a flood of empty SEQUENCEs', derElement(0x30, repeated('3000', MAX_BODY_OCTETS - 10))],
  ['a flood of empty strings', derElement(0x24, repeated('0400', MAX_BODY_OCTETS - 10))],
  [
    '1990 large strings',
    derElement(0x24, ...Array.from({ length: 1_990 }, () => derElement(4, Buffer.alloc(125)))),
  ],
  ['1990 NULLs in SignedData', asSignedData(derElement(0x30, repeated('0500', 3_980)))],
  [
    '1990 object identifiers',
    asSignedData(derSequence(...Array.from({ length: 1_990 }, () => manyArcs(120)))),
  ],
  ['an object identifier of one arc', asSignedData(derSequence(longOid(MAX_BODY_OCTETS - 100)))],
  ['an object identifier of many arcs', asSignedData(derSequence(manyArcs(MAX_BODY_OCTETS - 100)))],
  ['a content type of one arc', derSequence(longOid(MAX_BODY_OCTETS - 100), derContext(0))],
  ['a content type of many arcs', derSequence(manyArcs(MAX_BODY_OCTETS - 100), derContext(0))],
  [
    'an INTEGER',
    asSignedData(derSequence(derElement(0x02, Buffer.alloc(MAX_BODY_OCTETS - 100, 0x55)))),
  ],
  [
    'an INTEGER as version',
    asSignedData(
      derSequence(
        derElement(0x02, Buffer.alloc(MAX_BODY_OCTETS - 100, 0x55)),
        derElement(0x31),
        derSequence(derOid('1.2.840.113549.1.7.1')),
        derElement(0x31),
      ),
    ),
  ],
  ['a BIT STRING', asSignedData(derElement(0x03, Buffer.alloc(MAX_BODY_OCTETS - 100, 0)))],
  ['a REAL', asSignedData(derElement(0x09, Buffer.alloc(MAX_BODY_OCTETS - 100, 0x80)))],
  ['a UTCTime', asSignedData(derElement(0x17, Buffer.alloc(MAX_BODY_OCTETS - 100, 0x31)))],
  ['a GeneralizedTime', asSignedData(derElement(0x18, Buffer.alloc(MAX_BODY_OCTETS - 100, 0x31)))],
  ['a UTF8String', asSignedData(derElement(0x0c, Buffer.alloc(MAX_BODY_OCTETS - 100, 0xc3)))],
  ['a UniversalString', asSignedData(derElement(0x1c, Buffer.alloc(MAX_BODY_OCTETS - 100, 0xc3)))],
  [
    '1900 strings of many kinds',
    asSignedData(
      derSequence(
        ...Array.from({ length: 1_900 }, (_, i) =>
          derElement(
            [0x0c, 0x13, 0x16, 0x1e, 0x1c, 0x17, 0x18, 0x02, 0x03, 0x06][i % 10] ?? 5,
            Buffer.alloc(120, 0x31),
          ),
        ),
      ),
    ),
  ],
  ['indefinite lengths without end', repeated('3080')],
  ['indefinite lengths, ended', nested('3080', '0000', 65_000)],
  ['indefinite strings without end', repeated('2480')],
  ['ends of contents', repeated('0000')],
  [
    '32 levels around 250 KiB',
    Buffer.concat([
      Buffer.from('2480'.repeat(31), 'hex'),
      derElement(4, Buffer.alloc(250_000)),
      Buffer.from('0000'.repeat(31), 'hex'),
    ]),
  ],
  [
    '30 levels around 1900 strings',
    Buffer.concat([
      Buffer.from('2480'.repeat(30), 'hex'),
      ...Array.from({ length: 1_900 }, () => derElement(4, Buffer.alloc(125))),
      Buffer.from('0000'.repeat(30), 'hex'),
    ]),
  ],
  ['SEQUENCEs 3000 deep', definitelyNested(3_000, 0x30)],
  ['a SEQUENCE that claims 4 GiB', Buffer.from('3084ffffffff', 'hex')],
  ['a length of 126 octets', Buffer.from(`30fe${'ff'.repeat(126)}`, 'hex')],
  ['high tag numbers', repeated('1fff')],
];

/** The parts of a certificate or certification request that a stranger can fill freely. */
interface Parts {
  readonly serialNumber?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly time?: Uint8Array;
  readonly key?: Uint8Array;
  readonly extensionValue?: Uint8Array;
  readonly signature?: Uint8Array;
}

const algorithm = derSequence(derOid('1.2.840.113549.1.1.11'), derNull());
const spki = ({ key = Buffer.of(0) }: Parts) =>
  derSequence(derSequence(derOid('1.2.840.113549.1.1.1'), derNull()), derBitString(key));
const extensions = ({ extensionValue = Buffer.of(5, 0) }: Parts) =>
  derSequence(derSequence(derOid('1.2.3'), derOctetString(extensionValue)));

function certificateOf(parts: Parts): Uint8Array {
  const { serialNumber = Buffer.of(1), subject = derSequence(), signature = Buffer.of(0) } = parts;
  const time = parts.time ?? derTime(new Date(0));
  const tbs = derSequence(
    derContext(0, derInteger(2)),
    derElement(0x02, serialNumber),
    algorithm,
    derSequence(),
    derSequence(time, time),
    subject,
    spki(parts),
    derContext(3, extensions(parts)),
  );
  return derSequence(tbs, algorithm, derBitString(signature));
}

function requestOf(parts: Parts): Uint8Array {
  const { subject = derSequence(), signature = Buffer.of(0) } = parts;
  const request = derSequence(derOid('1.2.840.113549.1.9.14'), derElement(0x31, extensions(parts)));
  const info = derSequence(derInteger(0), subject, spki(parts), derContext(0, request));
  return derSequence(info, algorithm, derBitString(signature));
}

/**
 * Strings in which libraries look for ASN.1, and other values that cost time, of about `octets`
 * octets each.
 */
function hostileParts(octets: number): readonly (readonly [string, Parts])[] {
  const nulls = derSequence(repeated('0500', octets));
  const unended = repeated('2480', octets);
  const ended = nested('3080', '0000', Math.floor(octets / 4));
  const deep = definitelyNested(Math.floor(Math.min(octets, 16_000) / 4), 0x24);
  const oids = derSequence(
    ...Array.from({ length: 1_900 }, () => manyArcs(Math.floor(octets / 1_900) - 4)),
  );
  return [
    ['an extension that is a flood of NULLs', { extensionValue: nulls }],
    ['an extension of indefinite lengths', { extensionValue: unended }],
    ['an extension of indefinite lengths, ended', { extensionValue: ended }],
    ['an extension nested deeply', { extensionValue: deep }],
    ['a key that is a flood of NULLs', { key: nulls }],
    ['a key of indefinite lengths', { key: ended }],
    ['a signature that is a flood of NULLs', { signature: nulls }],
    ['a signature nested deeply', { signature: deep }],
    ['a subject of 1900 object identifiers', { subject: oids }],
    ['a long serial number', { serialNumber: Buffer.alloc(octets, 0x55) }],
    ['long times', { time: derElement(0x18, Buffer.alloc(octets / 2, 0x31)) }],
  ];
}

/**
 * Certificates of about `octets` octets (by default as many as fit into a body), each made to cost
 * time.
 */
export const hostileCertificates = (octets = MAX_BODY_OCTETS - 8_192) =>
  hostileParts(octets).map(([name, parts]) => [name, certificateOf(parts)] as const);

/** The same for certification requests. */
export const hostileRequests = (octets = MAX_BODY_OCTETS - 8_192) =>
  hostileParts(octets).map(([name, parts]) => [name, requestOf(parts)] as const);
