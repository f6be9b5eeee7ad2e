import { describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { derOid, derSequence, derSet, derUtf8String } from '../../../../src/asn1/write-der.ts';
import { checkSubject } from '../../../../src/enrolment/authorise/check-subject.ts';
import { parseCertificationRequest } from '../../../../src/x509/parse-certification-request.ts';
import { refusalOf } from '../../../support/scep-messages/refusal-of.ts';
import {
  deviceCsr,
  makeDevice,
  type TestDevice,
} from '../../../support/scep-messages/test-device.ts';

const device: TestDevice = makeDevice();
const requestFor = (subject: Uint8Array) =>
  parseCertificationRequest(deviceCsr(device, { subject }));
const named = (text: string) =>
  derSequence(derSet(derSequence(derOid(OID.commonName), derUtf8String(text))));

function expectRefused(subject: Uint8Array, objection: string): void {
  const refusal = refusalOf(() => checkSubject(requestFor(subject)));
  expect(refusal.reason).toBe('name-not-allowed');
  expect(refusal.text).toContain(objection);
}

describe('any attribute', () => {
  const attributed = (oid: string, text: string) =>
    derSequence(derSet(derSequence(derOid(oid), derUtf8String(text))));

  it.each([
    ['an empty OU', OID.organizationalUnitName, '', 'OU 2.5.4.11 is empty'],
    ['a trailing space', OID.organizationName, 'a ', 'O 2.5.4.10 begins or ends with a space'],
    ['no short name', '1.2.3.4', 'a\u200b', '(1.2.3.4 holds an invisible character)'],
    ['a country of three letters', OID.countryName, 'USA', 'C 2.5.4.6 is not a country code'],
    ['a country of one letter', OID.countryName, 'U', 'C 2.5.4.6 is not a country code'],
    ['a country of digits', OID.countryName, '84', 'C 2.5.4.6 is not a country code'],
  ])('with %s is refused, and the text says so', (_, oid, text, objection) => {
    expectRefused(attributed(oid, text), objection);
  });

  it('may be a country of two letters in any case', () => {
    for (const text of ['US', 'de']) {
      expect(() => checkSubject(requestFor(attributed(OID.countryName, text)))).not.toThrow();
    }
  });
});

describe('a common name', () => {
  it.each(['device-1', 'Gerät 1', 'दीप्ति', '設備'])('may be %s', (text) => {
    expect(() => checkSubject(requestFor(named(text)))).not.toThrow();
  });

  it.each([
    ['NUL', '\u0000'],
    ['line feed', '\n'],
    ['line separator', '\u2028'],
    ['paragraph separator', '\u2029'],
    ['right-to-left override', '\u202e'],
    ['Arabic letter mark', '\u061c'],
  ])('with a %s is refused', (_, character) => {
    expectRefused(named(`a${character}b`), '2.5.4.3 holds a control character');
  });

  it.each([
    ['soft hyphen', 'a\u00adb', 'holds an invisible character'],
    ['zero width space', 'a\u200bb', 'holds an invisible character'],
    ['zero width joiner', 'a\u200db', 'holds an invisible character'],
    ['Hangul filler', 'a\u3164b', 'holds an invisible character'],
    ['variation selector', 'a\ufe0fb', 'holds an invisible character'],
    ['tag character', 'a\u{e0041}b', 'holds an invisible character'],
    ['noncharacter', 'a\ufdd0b', 'holds a code point that is no character'],
    ['noncharacter of another plane', 'a\u{1fffe}b', 'holds a code point that is no character'],
    ['no-break space', 'a\u00a0b', 'holds a space other than U+0020'],
    ['em space', 'a\u2003b', 'holds a space other than U+0020'],
    ['ideographic space', 'a\u3000b', 'holds a space other than U+0020'],
    ['blank of Braille', 'a\u2800b', 'holds a space other than U+0020'],
    ['leading space', ' a', 'begins or ends with a space'],
    ['trailing space', 'a ', 'begins or ends with a space'],
    ['no-break space at its end', 'a\u00a0', 'holds a space other than U+0020'],
    ['no character', '', 'is empty'],
    ['spaces alone', '  ', 'is empty'],
    [
      'variable of an MDM',
      'a-{{SerialNumber}}',
      'holds a variable of a profile that has not been replaced',
    ],
    ['65 characters', 'a'.repeat(65), 'is longer than 64 characters'],
  ])('with a %s is refused, and the text says so', (_, text, objection) => {
    expectRefused(named(text), `CN 2.5.4.3 ${objection}`);
  });

  it('may hold single and double spaces, braces and 64 characters', () => {
    for (const text of ['a b', 'a  b', '{a}', 'a'.repeat(64)]) {
      expect(() => checkSubject(requestFor(named(text)))).not.toThrow();
    }
  });
});

it('refuses a subject in BER, which the CA would copy into the certificate', () => {
  const subject = named('device');
  const content = subject.subarray(2);
  const longer = Buffer.concat([Buffer.of(0x30, 0x81, content.length), content]);
  const refusal = refusalOf(() => checkSubject(requestFor(longer)));
  expect(refusal.reason).toBe('name-not-allowed');
  expect(refusal.text).toContain('the subject is not DER');
});
