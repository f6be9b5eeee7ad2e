import { describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { derNull } from '../../../../src/asn1/write-der.ts';
import { composeExtensions } from '../../../../src/private-ca/issuing/compose-extensions.ts';
import { findTemplate, templateArnOf } from '../../../../src/private-ca/issuing/templates.ts';
import { basicConstraintsExtension } from '../../../../src/x509/basic-constraints.ts';
import { extendedKeyUsageExtension } from '../../../../src/x509/extended-key-usage.ts';
import type { Extension } from '../../../../src/x509/extensions.ts';
import {
  authorityKeyIdentifierExtension,
  subjectKeyIdentifierExtension,
} from '../../../../src/x509/key-identifier.ts';
import { keyUsageExtension } from '../../../../src/x509/key-usage.ts';

const identifiers = [
  authorityKeyIdentifierExtension(Buffer.of(1)),
  subjectKeyIdentifierExtension(Buffer.of(2)),
];
const subjectAltName = { oid: OID.subjectAltName, critical: true, value: derNull() };
const foreign = { oid: '1.2.3.4', critical: true, value: derNull() };
const csr = [
  basicConstraintsExtension({ ca: true }, true),
  subjectKeyIdentifierExtension(Buffer.of(9)),
  keyUsageExtension(['keyAgreement']),
  extendedKeyUsageExtension([OID.clientAuth]),
  subjectAltName,
  foreign,
];

function compose(
  template: string,
  sources: { api?: readonly Extension[]; authority?: readonly Extension[] } = {},
) {
  const { api = [], authority = [] } = sources;
  return composeExtensions({
    template: findTemplate(templateArnOf(template)),
    identifiers,
    authority,
    api,
    csr,
  });
}

describe('composeExtensions', () => {
  it('takes everything except constraints and identifiers from the CSR with the blank template', () => {
    expect(compose('BlankEndEntityCertificate_APICSRPassthrough/V1')).toEqual([
      basicConstraintsExtension({ ca: false }, false),
      ...identifiers,
      keyUsageExtension(['keyAgreement']),
      extendedKeyUsageExtension([OID.clientAuth]),
      subjectAltName,
      foreign,
    ]);
  });

  it('prefers ApiPassthrough to the CSR', () => {
    const api = [extendedKeyUsageExtension([OID.serverAuth])];
    const extensions = compose('BlankEndEntityCertificate_APICSRPassthrough/V1', { api });
    expect(extensions.filter(({ oid }) => oid === OID.extKeyUsage)).toEqual(api);
  });

  it('takes only the subjectAltName from the CSR with a base template, and nothing from the API', () => {
    const api = [{ oid: '1.2.3.5', critical: false, value: derNull() }];
    expect(compose('EndEntityCertificate/V1', { api })).toEqual([
      basicConstraintsExtension({ ca: false }, false),
      ...identifiers,
      keyUsageExtension(['digitalSignature', 'keyEncipherment']),
      extendedKeyUsageExtension([OID.serverAuth, OID.clientAuth]),
      subjectAltName,
    ]);
  });

  const points = (critical: boolean) => ({
    oid: OID.cRLDistributionPoints,
    critical,
    value: derNull(),
  });
  const pointsOf = (template: string, sources: Parameters<typeof compose>[1]) =>
    compose(template, sources).filter(({ oid }) => oid === OID.cRLDistributionPoints);

  it("prefers the authority's CRL URL to every other source, except for a root", () => {
    const sources = { authority: [points(false)], api: [points(true)] };
    const blank = 'BlankEndEntityCertificate_CriticalBasicConstraints_APIPassthrough/V1';
    expect(pointsOf(blank, sources)).toEqual([points(false)]);
    expect(pointsOf('EndEntityCertificate/V1', sources)).toEqual([points(false)]);
    expect(pointsOf('RootCACertificate_APIPassthrough/V1', sources)).toEqual([]);
  });

  it('takes cRLDistributionPoints from ApiPassthrough with critical basicConstraints only', () => {
    const sources = { api: [points(true)] };
    const blank = 'BlankEndEntityCertificate';
    expect(pointsOf(`${blank}_APIPassthrough/V1`, sources)).toEqual([]);
    expect(pointsOf(`${blank}_CriticalBasicConstraints_APIPassthrough/V1`, sources)).toEqual([
      points(true),
    ]);
  });

  it.each([
    ['RootCACertificate_APIPassthrough/V1', true],
    ['BlankRootCACertificate_APIPassthrough/V1', false],
    ['RootCACertificate/V1', false],
  ])('with %s passes an authorityKeyIdentifier from ApiPassthrough: %s', (name, passes) => {
    const [, own = subjectKeyIdentifierExtension(Buffer.of(2))] = identifiers;
    const requested = [authorityKeyIdentifierExtension(Buffer.of(7))];
    const template = findTemplate(templateArnOf(name));
    const sources = { template, identifiers: [own], authority: [], api: requested, csr: requested };
    const found = composeExtensions(sources).filter(
      ({ oid }) => oid === OID.authorityKeyIdentifier,
    );
    expect(found).toEqual(passes ? requested : []);
  });
});

describe('findTemplate', () => {
  it('returns EndEntityCertificate/V1 by default', () => {
    expect(findTemplate(undefined).name).toBe('EndEntityCertificate/V1');
  });

  it.each(['aws-cn', 'aws-us-gov', 'aws-eusc'])(
    'returns the same template in the partition %s',
    (partition) => {
      const arn = `arn:${partition}:acm-pca:::template/RootCACertificate/V1`;
      expect(findTemplate(arn).name).toBe('RootCACertificate/V1');
    },
  );

  it.each([
    'arn:aws:acm-pca:us-east-1::template/EndEntityCertificate/V1',
    'arn:aws:iam:::template/EndEntityCertificate/V1',
    'arn:aws:acm-pca:::template/EndEntityCertificate/V2',
    'EndEntityCertificate/V1',
    '',
  ])('refuses the unknown ARN %j', (arn) => {
    expect(() => findTemplate(arn)).toThrow('does not exist or is not supported');
  });
});
