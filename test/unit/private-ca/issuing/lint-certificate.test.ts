import { describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { readBer } from '../../../../src/asn1/read-ber.ts';
import {
  derBitString,
  derElement,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derUtf8String,
} from '../../../../src/asn1/write-der.ts';
import { lintCertificate } from '../../../../src/private-ca/issuing/lint-certificate.ts';
import { basicConstraintsExtension } from '../../../../src/x509/basic-constraints.ts';
import {
  type CertificateFields,
  derTbsCertificate,
} from '../../../../src/x509/build-certificate.ts';
import { derName } from '../../../../src/x509/distinguished-name.ts';
import type { Extension } from '../../../../src/x509/extensions.ts';
import { derGeneralNames } from '../../../../src/x509/general-names.ts';
import {
  authorityKeyIdentifierExtension,
  subjectKeyIdentifierExtension,
} from '../../../../src/x509/key-identifier.ts';
import { keyUsageExtension } from '../../../../src/x509/key-usage.ts';
import { sampleFields } from '../../../support/keys/sample-certificate.ts';
import { ecKeyPair, rsaKeyPair } from '../../../support/keys/sample-keys.ts';

const keys = ecKeyPair();
const rsa = rsaKeyPair();
const INTEGER = 2;
const notCa = basicConstraintsExtension({ ca: false }, false);
const subjectKey = subjectKeyIdentifierExtension(Buffer.of(1, 2));
const authorityKey = authorityKeyIdentifierExtension(Buffer.of(3, 4));
const names = derGeneralNames([{ kind: 'dNSName', value: 'a.example' }]);
const subjectAltName = { oid: OID.subjectAltName, critical: false, value: names };
const issuer = derName([{ oid: OID.commonName, value: 'CA' }]);
const good = [notCa, subjectKey, authorityKey];

const list = derSequence(derSequence());

function extension(oid: string, value: Uint8Array): Extension {
  return { oid, critical: false, value };
}

function lint(changes: Partial<CertificateFields>): readonly string[] {
  const fields = sampleFields(keys, { issuer, extensions: good, ...changes });
  return lintCertificate(derTbsCertificate(fields), fields);
}

/** A sound RSA key, except for its algorithm parameters and the zeros before its modulus. */
function rsaKey(parameters: Uint8Array, zeros: number): Uint8Array {
  const { n = '' } = rsa.publicKey.export({ format: 'jwk' });
  const modulus = Buffer.concat([Buffer.alloc(1 + zeros), Buffer.from(n, 'base64url')]);
  return derSequence(
    derSequence(derOid(OID.rsaEncryption), parameters),
    derBitString(derSequence(derElement(INTEGER, modulus), derInteger(65_537))),
  );
}

/** No extension alone has more than this program reads; together they have more than pkijs does. */
function manyElements(): readonly Extension[] {
  const value = derSequence(...Array.from({ length: 1_500 }, derNull));
  return Array.from({ length: 10 }, (_, i) => extension(`1.2.3.${i}`, value));
}

function nulDirectoryName(): Uint8Array {
  const value = derName([{ oid: OID.commonName, value: 'a\0b' }]);
  return derGeneralNames([{ kind: 'directoryName', value }]);
}

function compressedKey(): Uint8Array {
  const point = keys.spki.subarray(-65);
  const sign = Buffer.of(2 + ((point.at(-1) ?? 0) & 1));
  const [algorithm] = readBer(keys.spki).children;
  const bits = derBitString(Buffer.concat([sign, point.subarray(1, 33)]));
  return derSequence(algorithm?.bytes ?? derNull(), bits);
}

function withExtensions(...extensions: Extension[]): Partial<CertificateFields> {
  return { extensions };
}

describe('lintCertificate', () => {
  it('finds no fault in an ordinary certificate', () => {
    expect(lint({})).toEqual([]);
    expect(
      lint(withExtensions(...good, keyUsageExtension(['digitalSignature']), subjectAltName)),
    ).toEqual([]);
  });

  it.each([
    ['RSA', rsaKey(derNull(), 0)],
    ['EC, its point compressed', compressedKey()],
  ])('finds no fault in a key of %s', async (_, subjectPublicKeyInfo) => {
    expect(lint({ subjectPublicKeyInfo })).toEqual([]);
  });

  it('finds no fault in a root', () => {
    const { issuer: own } = sampleFields(keys);
    const constraints = basicConstraintsExtension({ ca: true }, true);
    const extensions = [constraints, subjectKey, keyUsageExtension(['keyCertSign'])];
    expect(lint({ issuer: own, extensions })).toEqual([]);
  });

  it.each<[string, Partial<CertificateFields>]>([
    ['4.1.2.2', { serialNumber: Buffer.alloc(21, 1) }],
    ['4.1.2.2', { serialNumber: Buffer.alloc(1) }],
    ['4.1.2.4', { issuer: derSequence() }],
    ['4.1.2.5', { notBefore: new Date('2060-01-01') }],
    [
      'must be DER (4.1)',
      { subject: Buffer.concat([Buffer.of(0x30, 0x81, issuer.length - 2), issuer.subarray(2)]) },
    ],
    [
      'must be DER (4.2)',
      withExtensions(...good, {
        oid: '1.2.3',
        critical: false,
        value: Buffer.from('308103820161', 'hex'),
      }),
    ],
    ['4.1.2.6', { subject: derSequence() }],
    ['4.1.2.6', { subject: derSequence(), extensions: [...good, subjectAltName] }],
    ['ub-common-name', { subject: derName([{ oid: OID.commonName, value: 'x'.repeat(65) }]) }],
    ['ub-common-name', { subject: derName([{ oid: OID.commonName, value: '' }]) }],
    [
      'control',
      { subject: derName([{ oid: OID.commonName, value: 'bank.example\0.evil.example' }]) },
    ],
    ['control', { subject: derName([{ oid: OID.organizationName, value: 'a\nb' }]) }],
    ['control', withExtensions(...good, { ...subjectAltName, value: nulDirectoryName() })],
    ['4.1.2.7', { subjectPublicKeyInfo: rsaKey(derNull(), 5) }],
    ['4.1.2.7', { subjectPublicKeyInfo: rsaKey(derUtf8String('hidden'), 0) }],
    ['4.2.1.2', withExtensions(notCa, authorityKey)],
    ['4.2.1.2', withExtensions(notCa, authorityKey, { ...subjectKey, critical: true })],
    ['4.2.1.1', withExtensions(notCa, subjectKey)],
    ['4.2.1.1', withExtensions(notCa, subjectKey, { ...authorityKey, critical: true })],
    ['4.2.1.3', withExtensions(...good, keyUsageExtension(['keyCertSign']))],
    ['4.2.1.3', withExtensions(...good, keyUsageExtension([]))],
    [
      '4.2.1.3',
      withExtensions(basicConstraintsExtension({ ca: true }, true), subjectKey, authorityKey),
    ],
    [
      '4.2.1.9',
      withExtensions(
        ...[basicConstraintsExtension({ ca: true }, false), subjectKey, authorityKey],
        keyUsageExtension(['keyCertSign']),
      ),
    ],
    [
      '4.2.1.10',
      withExtensions(...good, { oid: OID.nameConstraints, critical: true, value: derNull() }),
    ],
    [
      'extKeyUsage is malformed',
      withExtensions(...good, { oid: OID.extKeyUsage, critical: false, value: derNull() }),
    ],
    ['general names', withExtensions(...good, { ...subjectAltName, value: derNull() })],
    [
      '65536 octets',
      withExtensions(...good, extension('1.2.3', derOctetString(Buffer.alloc(65_536)))),
    ],
    ['another parser', withExtensions(...good, ...manyElements())],
    ['repeated', withExtensions(...good, notCa)],
    [
      '4.2.2',
      withExtensions(...good, { ...extension(OID.authorityInfoAccess, list), critical: true }),
    ],
    ['4.2.1.11', withExtensions(...good, extension(OID.policyConstraints, list))],
    ['4.2.1.13', withExtensions(...good, extension(OID.cRLDistributionPoints, derSequence()))],
    [
      'expected SEQUENCE',
      withExtensions(...good, extension(OID.cRLDistributionPoints, derSequence(derNull()))),
    ],
    ['certificatePolicies', withExtensions(...good, extension(OID.certificatePolicies, list))],
  ])('finds a breach of %s', async (rule, changes) => {
    expect(lint(changes).join()).toContain(rule);
  });

  it('reports that junk is no certificate', () => {
    expect(lintCertificate(derNull(), sampleFields(keys))).toEqual(['expected SEQUENCE']);
  });

  it('throws for a valid certificate that differs from what was meant', () => {
    const meant = sampleFields(keys, { issuer, extensions: good });
    const extensions = [...good, keyUsageExtension(['digitalSignature'])];
    const built = derTbsCertificate({ ...meant, subject: issuer, extensions });
    expect(() => lintCertificate(built, meant)).toThrow(
      'the certificate was built otherwise than meant: subject, extensions',
    );
  });
});
