import { expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { readConnectorPolicy } from '../../../../src/connectors/tags/connector-policy.ts';
import { checkExtensions } from '../../../../src/enrolment/authorise/check-extensions.ts';
import { refusalOf } from '../../../support/scep-messages/refusal-of.ts';

const STRICT = readConnectorPolicy({});
const requestFor = (oid: string, hex: string) => [
  { oid, critical: false, value: Buffer.from(hex, 'hex') },
];

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
