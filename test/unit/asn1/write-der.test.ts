import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  derBitString,
  derBoolean,
  derContext,
  derContextPrimitive,
  derElement,
  derIa5String,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derPrintableString,
  derSequence,
  derSet,
  derSetOf,
  derTime,
  derUtf8String,
} from '../../../src/asn1/write-der.ts';
import { asn1Lines, runOpenssl } from '../../support/clients/run-openssl.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const directory = tempDirectory();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** The encoding by openssl of a line in ASN1_generate_nconf(3) notation. */
function generated(notation: string): string {
  const file = path.join(directory, 'generated.der');
  runOpenssl(['asn1parse', '-genstr', notation, '-noout', '-out', file]);
  return hex(readFileSync(file));
}

describe('the writers encode like openssl', () => {
  const cases: [string, Uint8Array][] = [
    ['BOOLEAN:TRUE', derBoolean(true)],
    ['BOOLEAN:FALSE', derBoolean(false)],
    ['NULL', derNull()],
    ...[0, 1, 127, 128, 255, 256, 32_767, 32_768, 2 ** 31, 2 ** 40 + 5].map(
      (value): [string, Uint8Array] => [`INTEGER:${value}`, derInteger(value)],
    ),
    ['INTEGER:0x80', derInteger(Buffer.of(0, 0, 0x80))],
    ['INTEGER:0xFFEEDDCCBBAA99887766', derInteger(Buffer.from('ffeeddccbbaa99887766', 'hex'))],
    ['INTEGER:0', derInteger(new Uint8Array())],
    ['INTEGER:0', derInteger(Buffer.alloc(3))],
    ...[
      '0.9.2342.19200300.100.1.1',
      '1.2.840.113549.1.7.2',
      '2.5.4.3',
      '2.999.1',
      '1.3.132.0.34',
    ].map((dotted): [string, Uint8Array] => [`OID:${dotted}`, derOid(dotted)]),
    ['FORMAT:HEX,OCTETSTRING:00ff', derOctetString(Buffer.of(0, 0xff))],
    ['FORMAT:HEX,BITSTRING:00ff', derBitString(Buffer.of(0, 0xff))],
    ['FORMAT:UTF8,UTF8String:Gerät', derUtf8String('Gerät')],
    ['PRINTABLESTRING:device-1', derPrintableString('device-1')],
    ['IA5STRING:a@b.example', derIa5String('a@b.example')],
    ['EXPLICIT:3,INTEGER:7', derContext(3, derInteger(7))],
    ['IMPLICIT:0,FORMAT:HEX,OCTETSTRING:0102', derContextPrimitive(0, Buffer.of(1, 2))],
    ['UTCTIME:491231235959Z', derTime(new Date('2049-12-31T23:59:59.999Z'))],
    ['UTCTIME:500101000000Z', derTime(new Date('1950-01-01T00:00:00Z'))],
    ['GENERALIZEDTIME:20500101000000Z', derTime(new Date('2050-01-01T00:00:00Z'))],
    ['GENERALIZEDTIME:19491231235959Z', derTime(new Date('1949-12-31T23:59:59Z'))],
  ];
  it.each(cases)('%s', (notation, written) => {
    expect(hex(written)).toBe(generated(notation));
  });
});

describe('derElement', () => {
  it.each([
    [0, '3000'],
    [127, '307f'],
    [128, '308180'],
    [255, '3081ff'],
    [256, '30820100'],
    [65_535, '3082ffff'],
    [65_536, '3083010000'],
  ])('writes the fewest length octets for %i', (length, header) => {
    const written = derElement(0x30, Buffer.alloc(length));
    expect(hex(written.subarray(0, header.length / 2))).toBe(header);
    expect(written.length).toBe(header.length / 2 + length);
  });

  it('joins its parts', () => {
    expect(hex(derElement(0x30, Buffer.of(5, 0), Buffer.of(5, 0)))).toBe('300405000500');
  });
});

describe('derSet and derSetOf', () => {
  const long = derOctetString(Buffer.alloc(3));
  const small = derInteger(1);

  it('derSet keeps the given order', () => {
    expect(hex(derSet(long, small))).toBe(`3108${hex(long)}${hex(small)}`);
  });

  it('derSetOf sorts by the encodings', () => {
    expect(hex(derSetOf([long, small]))).toBe(`3108${hex(small)}${hex(long)}`);
    expect(hex(derSetOf([derInteger(256), derInteger(200), derInteger(3)]))).toBe(
      '310b0201030202' + '00c8' + '02020100',
    );
  });

  it('derSetOf does not change its argument', () => {
    const elements = [long, small];
    derSetOf(elements);
    expect(elements).toEqual([long, small]);
  });
});

it('writes nested elements that openssl parses', () => {
  const der = derSequence(derOid('1.2.840.113549.1.7.1'), derContext(0, derSet(derNull())));
  expect(asn1Lines(der)).toEqual([
    'd=0 cons: SEQUENCE',
    'd=1 prim: OBJECT            :pkcs7-data',
    'd=1 cons: cont [ 0 ]',
    'd=2 cons: SET',
    'd=3 prim: NULL',
  ]);
});

it('derBitString writes the number of unused bits', () => {
  expect(hex(derBitString(Buffer.of(0xa0), 5))).toBe('030205a0');
});

it.each([-1, 0.5, Number.NaN, 2 ** 53])('derInteger refuses %d', (value) => {
  expect(() => derInteger(value)).toThrow(RangeError);
});
