import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { encodePem } from '../../../src/asn1/pem.ts';
import { derElement, derNull, derOid, derSequence, derSet } from '../../../src/asn1/write-der.ts';
import { derName, formatName, parseName } from '../../../src/x509/distinguished-name.ts';
import { certificateSubject } from '../../support/clients/openssl.ts';
import { sampleCertificate } from '../../support/keys/sample-certificate.ts';
import { ecKeyPair } from '../../support/keys/sample-keys.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

function attribute(oid: string, tag: number, octets: Uint8Array): Uint8Array {
  return derSequence(derOid(oid), derElement(tag, octets));
}

function commonName(tag: number, octets: Uint8Array): Uint8Array {
  return derSequence(derSet(attribute(OID.commonName, tag, octets)));
}

describe('parseName', () => {
  it.each([
    ['UTF8String', 0x0c, Buffer.from('Zo\u00eb')],
    ['PrintableString', 0x13, Buffer.from('a *@_ b')],
    ['IA5String', 0x16, Buffer.from('a@b')],
    ['NumericString', 0x12, Buffer.from('12 34')],
    ['TeletexString', 0x14, Buffer.from('Zo\u00eb', 'latin1')],
    ['BMPString', 0x1e, Buffer.from('005a006f00eb', 'hex')],
    ['UniversalString', 0x1c, Buffer.from('0000005a0001f600', 'hex')],
  ])('decodes %s', (stringType, tag, octets) => {
    const [[parsed] = []] = parseName(commonName(tag, octets));
    expect(parsed).toMatchObject({ oid: OID.commonName, stringType });
    expect(['Zo\u00eb', 'a *@_ b', 'a@b', '12 34', 'Z\u{1f600}']).toContain(parsed?.value);
  });

  it.each([
    ['UTF-8 that is none', commonName(0x0c, Buffer.of(0xc3))],
    ['a control character in PrintableString', commonName(0x13, Buffer.from('a\nb'))],
    ['8 bits in IA5String', commonName(0x16, Buffer.of(0xe4))],
    ['a letter in NumericString', commonName(0x12, Buffer.from('1a'))],
    ['half a BMPString character', commonName(0x1e, Buffer.of(0, 65, 0))],
    ['a lone surrogate', commonName(0x1e, Buffer.of(0xd8, 0))],
    ['a UniversalString out of range', commonName(0x1c, Buffer.of(0, 0x11, 0, 0))],
    ['a UniversalString surrogate', commonName(0x1c, Buffer.of(0, 0, 0xd8, 0))],
    ['a value that is no string', derSequence(derSet(derSequence(derOid('2.5.4.3'), derNull())))],
    ['an empty relative name', derSequence(derSet())],
    ['an attribute without a value', derSequence(derSet(derSequence(derOid('2.5.4.3'))))],
    [
      '151 attributes',
      derName(Array.from({ length: 151 }, () => ({ oid: '2.5.4.3', value: 'x' }))),
    ],
    ['another structure', derSet()],
  ])('refuses %s', (_, der) => {
    expect(() => parseName(der)).toThrow(DecodeError);
  });

  it('keeps the attributes of a multi-valued relative name together', () => {
    const a = attribute(OID.commonName, 0x0c, Buffer.from('a'));
    const b = attribute(OID.serialNumber, 0x13, Buffer.from('1'));
    const der = derSequence(derSet(a, b));
    expect(parseName(der)).toEqual([
      [
        { oid: OID.commonName, value: 'a', stringType: 'UTF8String' },
        { oid: OID.serialNumber, value: '1', stringType: 'PrintableString' },
      ],
    ]);
    expect(formatName(der)).toBe('CN=a+serialNumber=1');
  });

  it('reads back what derName writes', () => {
    const anyAttribute = fc.record({
      oid: fc.constantFrom(OID.commonName, OID.organizationName, OID.title, '1.2.3.4'),
      value: fc.string({ unit: 'grapheme' }),
    });
    fc.assert(
      fc.property(fc.array(anyAttribute, { maxLength: 20 }), (attributes) => {
        const parsed = parseName(derName(attributes)).flat();
        expect(parsed.map(({ oid, value }) => ({ oid, value }))).toEqual(attributes);
      }),
    );
  });
});

describe('derName', () => {
  it('chooses the string types of RFC 5280', () => {
    const types = [
      OID.countryName,
      OID.serialNumber,
      OID.emailAddress,
      OID.domainComponent,
      OID.title,
    ];
    const parsed = parseName(derName(types.map((oid) => ({ oid, value: 'US' })))).flat();
    expect(parsed.map(({ stringType }) => stringType)).toEqual([
      'PrintableString',
      'PrintableString',
      'IA5String',
      'IA5String',
      'UTF8String',
    ]);
  });

  it.each([
    [OID.countryName, 'D_'],
    [OID.emailAddress, 'zo\u00eb@example'],
    [OID.commonName, '\ud800'],
  ])('refuses a value that does not fit (%s)', (oid, value) => {
    expect(() => derName([{ oid, value }])).toThrow(RangeError);
  });
});

describe('formatName', () => {
  it('writes the most specific name first and an empty name as empty text', () => {
    const attributes = [
      { oid: OID.countryName, value: 'US' },
      { oid: OID.organizationName, value: 'Lab, Inc.' },
      { oid: OID.commonName, value: 'a' },
    ];
    expect(formatName(derName(attributes))).toBe('CN=a,O=Lab\\, Inc.,C=US');
    expect(formatName(derSequence())).toBe('');
  });

  it.each([
    [' ', '\\ '],
    ['  a  ', '\\  a \\ '],
    ['#a', '\\#a'],
    ['a#b=c', 'a#b=c'],
    ['"+,;<>\\', '\\"\\+\\,\\;\\<\\>\\\\'],
    ['a\0b\n', 'a\\00b\\0a'],
    ['\u0085', '\\c2\\85'],
  ])('escapes %j', (value, expected) => {
    expect(formatName(derName([{ oid: OID.commonName, value }]))).toBe(`CN=${expected}`);
  });

  it('writes unknown types and values that are not strings in hex', () => {
    expect(formatName(derName([{ oid: '1.2.3', value: 'a' }]))).toBe('1.2.3=#0c0161');
    expect(formatName(derSequence(derSet(derSequence(derOid('2.5.4.3'), derNull()))))).toBe(
      'CN=#0500',
    );
  });

  it('agrees with OpenSSL', async () => {
    const subject = derName([
      { oid: OID.countryName, value: 'US' },
      { oid: OID.domainComponent, value: 'example' },
      { oid: OID.organizationName, value: ' Lab, "Inc." + <x>; \\ ' },
      { oid: OID.serialNumber, value: '42' },
      { oid: OID.userId, value: '#7' },
      { oid: OID.emailAddress, value: 'a@b.example' },
      { oid: OID.commonName, value: 'device 1' },
    ]);
    const file = path.join(tempDirectory(), 'named.pem');
    writeFileSync(file, encodePem('CERTIFICATE', sampleCertificate(ecKeyPair(), { subject })));
    expect(formatName(subject)).toBe(await certificateSubject(file));
  });
});
