import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { derNull, derOid, derSequence } from '../../../src/asn1/write-der.ts';
import {
  certificatePoliciesExtension,
  parseCertificatePolicies,
} from '../../../src/x509/certificate-policies.ts';
import { asn1Lines } from '../../support/clients/run-openssl.ts';

describe('certificatePolicies', () => {
  it('writes policies that OpenSSL and the reader see', () => {
    const policies = [
      { oid: '2.23.140.1.2.1', cpsUris: ['https://example.com/cps'] },
      { oid: '1.2.3', cpsUris: [] },
    ];
    const { value, critical } = certificatePoliciesExtension(policies);
    expect(critical).toBe(false);
    expect(asn1Lines(value)).toEqual([
      'd=0 cons: SEQUENCE',
      'd=1 cons: SEQUENCE',
      expect.stringContaining('2.23.140.1.2.1') as string,
      'd=2 cons: SEQUENCE',
      'd=3 cons: SEQUENCE',
      'd=4 prim: OBJECT            :Policy Qualifier CPS',
      'd=4 prim: IA5STRING         :https://example.com/cps',
      'd=1 cons: SEQUENCE',
      'd=2 prim: OBJECT            :1.2.3',
    ]);
    expect(parseCertificatePolicies(value)).toEqual(['2.23.140.1.2.1', '1.2.3']);
  });

  it.each([
    [[{ oid: '1.2.3', cpsUris: [''] }]],
    [[{ oid: '1.2.3', cpsUris: ['https://exämple.com'] }]],
    [
      [
        { oid: '1.2.3', cpsUris: [] },
        { oid: '1.2.3', cpsUris: [] },
      ],
    ],
  ])('does not write %j', (policies) => {
    expect(() => certificatePoliciesExtension(policies)).toThrow(RangeError);
  });

  it.each([
    derNull(),
    derSequence(),
    derSequence(derSequence()),
    derSequence(derSequence(derNull())),
    derSequence(derSequence(derOid('1.2.3'), derSequence())),
    derSequence(derSequence(derOid('1.2.3')), derSequence(derOid('1.2.3'))),
  ])('refuses %o', (value) => {
    expect(() => parseCertificatePolicies(value)).toThrow(DecodeError);
  });
});
