import { expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { checkExtensions } from '../../../../src/enrolment/authorise/check-extensions.ts';
import { parseCertificationRequest } from '../../../../src/x509/parse-certification-request.ts';
import { refusalOf } from '../../../support/scep-messages/refusal-of.ts';
import {
  deviceCsr,
  makeDevice,
  type TestDevice,
} from '../../../support/scep-messages/test-device.ts';

const STRICT = { allowUserPrincipalNames: false, allowSecurityIdentifiers: false };
const device: TestDevice = makeDevice();
const requestFor = (oid: string, hex: string) => {
  const extensions = [{ oid, critical: false, value: Buffer.from(hex, 'hex') }];
  return parseCertificationRequest(deviceCsr(device, { extensions }));
};

it.each([
  ['an indefinite length', '30808201610000'],
  ['a length in more octets than needed', '308103820161'],
])('refuses a subjectAltName with %s, which the CA would copy', (_, hex) => {
  const request = requestFor(OID.subjectAltName, hex);
  const refusal = refusalOf(() => checkExtensions(request, STRICT));
  expect(refusal.reason).toBe('extension-not-allowed');
  expect(refusal.text).toContain('subjectAltName 2.5.29.17: not DER');
});

it('accepts BER in an extension that the CA writes itself', () => {
  const request = requestFor(OID.basicConstraints, '30800000');
  expect(() => checkExtensions(request, STRICT)).not.toThrow();
});
