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
    const refusal = refusalOf(() => checkSubject(requestFor(named(`a${character}b`))));
    expect(refusal.reason).toBe('name-not-allowed');
    expect(refusal.text).toContain('2.5.4.3 holds a control character');
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
