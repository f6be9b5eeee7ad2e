import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derNull } from '../../../src/asn1/write-der.ts';
import { composeExtensions } from '../../../src/private-ca/compose-extensions.ts';
import { findTemplate, templateArn } from '../../../src/private-ca/templates.ts';
import { basicConstraintsExtension } from '../../../src/x509/basic-constraints.ts';
import { extendedKeyUsageExtension } from '../../../src/x509/extended-key-usage.ts';
import {
  authorityKeyIdentifierExtension,
  subjectKeyIdentifierExtension,
} from '../../../src/x509/key-identifier.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';

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

function compose(template: string, sources: { api?: typeof csr } = {}) {
  const api = sources.api ?? [];
  return composeExtensions({
    template: findTemplate(templateArn(template)),
    identifiers,
    api,
    csr,
  });
}

describe('composeExtensions', () => {
  it('takes all but constraints and identifiers from the CSR with the blank template', () => {
    expect(compose('BlankEndEntityCertificate_APICSRPassthrough/V1')).toEqual([
      basicConstraintsExtension({ ca: false }, false),
      ...identifiers,
      keyUsageExtension(['keyAgreement']),
      extendedKeyUsageExtension([OID.clientAuth]),
      subjectAltName,
      foreign,
    ]);
  });

  it('puts ApiPassthrough before the CSR', () => {
    const api = [extendedKeyUsageExtension([OID.serverAuth])];
    const extensions = compose('BlankEndEntityCertificate_APICSRPassthrough/V1', { api });
    expect(extensions.filter(({ oid }) => oid === OID.extKeyUsage)).toEqual(api);
  });

  it('takes the subjectAltName alone from the CSR with a base template, and nothing from the API', () => {
    const api = [{ oid: '1.2.3.5', critical: false, value: derNull() }];
    expect(compose('EndEntityCertificate/V1', { api })).toEqual([
      basicConstraintsExtension({ ca: false }, false),
      ...identifiers,
      keyUsageExtension(['digitalSignature', 'keyEncipherment']),
      extendedKeyUsageExtension([OID.serverAuth, OID.clientAuth]),
      subjectAltName,
    ]);
  });

  it('does not take an authorityKeyIdentifier from the CSR where the authority sets none', () => {
    const template = findTemplate(templateArn('RootCACertificate/V1'));
    const [, own = subjectKeyIdentifierExtension(Buffer.of(2))] = identifiers;
    const requested = [authorityKeyIdentifierExtension(Buffer.of(7))];
    const passing = { ...template, passthrough: { api: true, csr: true } };
    const extensions = composeExtensions({
      template: passing,
      identifiers: [own],
      api: [],
      csr: requested,
    });
    expect(extensions.map(({ oid }) => oid)).toEqual([
      OID.basicConstraints,
      OID.subjectKeyIdentifier,
      OID.keyUsage,
    ]);
  });
});

describe('findTemplate', () => {
  it('is EndEntityCertificate/V1 by default', () => {
    expect(findTemplate(undefined).name).toBe('EndEntityCertificate/V1');
  });

  it.each(['arn:aws:acm-pca:::template/EndEntityCertificate/V2', 'EndEntityCertificate/V1', ''])(
    'does not know %j',
    (arn) => {
      expect(() => findTemplate(arn)).toThrow('does not exist or is not supported');
    },
  );
});
