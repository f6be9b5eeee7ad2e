import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  derElement,
  derIa5String,
  derInteger,
  derOid,
  derPrintableString,
  derSequence,
  derSet,
  derUtf8String,
} from '../../../src/asn1/write-der.ts';
import { isSameName } from '../../../src/x509/is-same-name.ts';

const utf8 = derUtf8String;
const printable = derPrintableString;
const teletex = (text: string) => derElement(20, Buffer.from(text, 'latin1'));
const bmp = (text: string) => derElement(30, Buffer.from(text, 'utf16le').swap16());
const universal = (text: string) =>
  derElement(28, ...[...text].map((each) => Buffer.from([0, ...threeOctets(each)])));
const threeOctets = (each: string) => {
  const point = each.codePointAt(0) ?? 0;
  return [point >> 16, (point >> 8) & 0xff, point & 0xff];
};

const attribute = (oid: string, value: Uint8Array) => derSequence(derOid(oid), value);
const cn = (value: Uint8Array) => attribute(OID.commonName, value);
const o = (value: Uint8Array) => attribute(OID.organizationName, value);
const name = (...rdns: Uint8Array[][]) => derSequence(...rdns.map((rdn) => derSet(...rdn)));
const text = (value: string) => name([cn(utf8(value))]);

describe('two names are the same', () => {
  it.each([
    ['another string type', name([cn(printable('Lab CA'))]), text('Lab CA')],
    ['TeletexString', name([cn(teletex('Café'))]), text('Café')],
    ['BMPString', name([cn(bmp('Café'))]), text('Café')],
    ['UniversalString', name([cn(universal('Café'))]), text('Café')],
    ['another case', text('lab ca'), text('LAB CA')],
    ['case in IA5String', dc('EXAMPLE'), dc('example')],
    ['case of an e-mail address', email('User@EXAMPLE.com'), email('user@example.com')],
    ['case beyond ASCII', text('ΌΔΟΣ straße'), text('όδος STRASSE')],
    ['a composed character', text('Caf\u00e9'), text('Cafe\u0301')],
    ['width', text('Ｌａｂ　ＣＡ'), text('lab ca')],
    ['spaces', text('  Lab   CA '), text('Lab CA')],
    ['other spaces', text('Lab\u00a0\u2003CA'), text('Lab CA')],
    ['invisible characters', text('L\u00adab\u200b CA'), text('Lab CA')],
    [
      'order inside a relative name',
      name([cn(utf8('a')), o(utf8('b'))]),
      name([o(utf8('B')), cn(utf8('A'))]),
    ],
    ['nothing in them', name(), name()],
  ])('with a difference in %s', (_, a, b) => {
    expect(isSameName(a, b)).toBe(true);
    expect(isSameName(b, a)).toBe(true);
  });
});

describe('two names differ', () => {
  it.each([
    ['in a letter', text('Lab CA'), text('Lab CB')],
    ['in a space between letters', text('LabCA'), text('Lab CA')],
    ['in a dotless i', text('lı'), text('li')],
    ['in an accent', text('Cafe'), text('Café')],
    ['in a space with an accent', text('a \u0301'), text('a')],
    ['in the type of an attribute', name([cn(utf8('a'))]), name([o(utf8('a'))])],
    [
      'in the order of relative names',
      name([cn(utf8('a'))], [o(utf8('b'))]),
      name([o(utf8('b'))], [cn(utf8('a'))]),
    ],
    [
      'in one relative name or two',
      name([cn(utf8('a')), o(utf8('b'))]),
      name([cn(utf8('a'))], [o(utf8('b'))]),
    ],
    ['in an additional relative name', text('a'), name([cn(utf8('a'))], [o(utf8('b'))])],
    ['in an additional attribute', text('a'), name([cn(utf8('a')), o(utf8('b'))])],
    [
      'in how often an attribute appears',
      name([cn(utf8('a')), cn(utf8('a')), o(utf8('b'))]),
      name([cn(utf8('a')), o(utf8('b')), o(utf8('b'))]),
    ],
    ['because a character may not be compared', text('a\ue000'), text('A\ue000')],
    ['because a value is no text', name([cn(derInteger(1))]), name([cn(derInteger(2))])],
    ['because a value is the DER of another', name([cn(derInteger(1))]), text('020101')],
    ['because one is no name', derSequence(derInteger(1)), text('a')],
    ['because they are too long to be compared', text('a'.repeat(9_000)), text('A'.repeat(9_000))],
  ])('%s', (_, a, b) => {
    expect(isSameName(a, b)).toBe(false);
    expect(isSameName(b, a)).toBe(false);
  });
});

it('takes octets that are no name for the same as themselves', () => {
  const noName = derSequence(derInteger(1));
  expect(isSameName(noName, Uint8Array.from(noName))).toBe(true);
});

it('never distinguishes a text from its upper case, lower case or normal forms', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) {
        expect(isSameName(text(value), text(value.normalize(form)))).toBe(true);
      }
      const ascii = value.replace(/[^ -~]/gu, '');
      expect(isSameName(text(ascii.toUpperCase()), text(ascii.toLowerCase()))).toBe(true);
    }),
  );
});

function dc(value: string): Uint8Array {
  return name([attribute(OID.domainComponent, derIa5String(value))]);
}

function email(value: string): Uint8Array {
  return name([attribute(OID.emailAddress, derIa5String(value))]);
}
