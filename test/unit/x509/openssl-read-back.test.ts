import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derNull } from '../../../src/asn1/write-der.ts';
import { basicConstraintsExtension } from '../../../src/x509/basic-constraints.ts';
import {
  type CertificateFields,
  derSigned,
  derTbsCertificate,
} from '../../../src/x509/build-certificate.ts';
import { extendedKeyUsageExtension } from '../../../src/x509/extended-key-usage.ts';
import { opensslReadBack } from '../../../src/x509/openssl-read-back.ts';
import { sampleFields } from '../../support/keys/sample-certificate.ts';
import { ecKeyPair, rsaKeyPair } from '../../support/keys/sample-keys.ts';

const constraints = (ca: boolean) => basicConstraintsExtension({ ca }, true);
const purposes = extendedKeyUsageExtension([OID.clientAuth, OID.serverAuth]);
const meant = sampleFields(ecKeyPair(), { extensions: [constraints(false), purposes] });
const unsigned = (fields: CertificateFields) =>
  derSigned(derTbsCertificate(fields), fields.signingAlgorithm, new Uint8Array(1));

describe('opensslReadBack', () => {
  it.each<[string, CertificateFields]>([
    ['an EC key', meant],
    ['an RSA key', sampleFields(rsaKeyPair())],
    ['a key of 1024 bits', sampleFields(rsaKeyPair(1024))],
    ['a serial number of 20 octets', { ...meant, serialNumber: Buffer.alloc(20, 0xff) }],
    ['a serial number that begins with zeros', { ...meant, serialNumber: Buffer.of(0, 0, 7) }],
    ['dates of another century', { ...meant, notAfter: new Date('2150-06-01T00:00:01.500Z') }],
    ['the end of time', { ...meant, notAfter: new Date('9999-12-31T23:59:59Z') }],
    ['another purpose', { ...meant, extensions: [extendedKeyUsageExtension(['1.2.3.4.5'])] }],
    ['no purpose', { ...meant, extensions: [constraints(false)] }],
  ])('agrees with %s', (_name, fields) => {
    expect(opensslReadBack(unsigned(fields), fields)).toEqual([]);
  });

  it.each<[string, Partial<CertificateFields>]>([
    ['serialNumber', { serialNumber: Buffer.of(1) }],
    ['notBefore', { notBefore: new Date('2026-01-01T00:00:01Z') }],
    ['notAfter', { notAfter: new Date('2052-01-01T00:00:00Z') }],
    ['basicConstraints', { extensions: [constraints(true), purposes] }],
    ['extKeyUsage', { extensions: [constraints(false)] }],
    [
      'extKeyUsage',
      { extensions: [constraints(false), extendedKeyUsageExtension([OID.codeSigning])] },
    ],
  ])('finds a difference in %s', (field, changes) => {
    expect(opensslReadBack(unsigned({ ...meant, ...changes }), meant)).toEqual([field]);
  });

  it('says that it cannot read what is no certificate', () => {
    expect(opensslReadBack(derNull(), meant)).toEqual(['certificate']);
  });
});
