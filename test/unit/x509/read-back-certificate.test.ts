import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import {
  derBitString,
  derContext,
  derContextPrimitive,
  derElement,
  derNull,
  derOctetString,
  derSequence,
} from '../../../src/asn1/write-der.ts';
import { derAlgorithmIdentifier } from '../../../src/x509/algorithm-identifier.ts';
import { basicConstraintsExtension } from '../../../src/x509/basic-constraints.ts';
import {
  type CertificateFields,
  derSigned,
  derTbsCertificate,
} from '../../../src/x509/build-certificate.ts';
import { derName } from '../../../src/x509/distinguished-name.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';
import { readBackCertificate } from '../../../src/x509/read-back-certificate.ts';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../../src/x509/signing-algorithm.ts';
import { sampleFields } from '../../support/keys/sample-certificate.ts';
import { ecKeyPair, rsaKeyPair } from '../../support/keys/sample-keys.ts';

const rsa = rsaKeyPair();
const constraints = basicConstraintsExtension({ ca: false }, false);
const usage = keyUsageExtension(['digitalSignature']);
const opaque = { oid: '1.2.3.4', critical: false, value: Buffer.from('no ASN.1') };
const looksLikeAsn1 = { oid: '1.2.3.5', critical: false, value: derSequence(derNull(), derNull()) };
const meant = sampleFields(rsa, {
  issuer: derName([{ oid: OID.commonName, value: 'CA' }]),
  extensions: [constraints, usage, opaque, looksLikeAsn1],
});
const otherName = derName([{ oid: OID.commonName, value: 'samplE' }]);

function build(fields: CertificateFields): Uint8Array {
  return derSigned(derTbsCertificate(fields), fields.signingAlgorithm, Buffer.alloc(1));
}

/** The certificate of `meant` with its elements changed by a faulty builder. */
function buildWith(fault: (elements: Uint8Array[]) => Uint8Array[]): Uint8Array {
  const elements = readBer(derTbsCertificate(meant)).children.map(({ bytes }) => bytes);
  return derSigned(derSequence(...fault(elements)), meant.signingAlgorithm, Buffer.alloc(1));
}

describe('readBackCertificate finds no difference in a correct certificate', () => {
  it.each(Object.keys(SIGNING_ALGORITHMS) as SigningAlgorithm[])(
    'signed with %s',
    (signingAlgorithm) => {
      const fields = { ...meant, signingAlgorithm };
      expect(readBackCertificate(build(fields), fields)).toEqual([]);
    },
  );

  it.each<[string, Partial<CertificateFields>]>([
    ['an EC key', { subjectPublicKeyInfo: ecKeyPair().spki }],
    ['no extensions', { extensions: [] }],
    ['a serial number with leading zeros', { serialNumber: Buffer.from('00007f', 'hex') }],
    ['no subject', { subject: derSequence() }],
    ['times of parts of a second', { notBefore: new Date(1_700_000_000_999) }],
    ['times beyond 2049', { notBefore: new Date('2050-01-01'), notAfter: new Date('9999-12-31') }],
  ])('with %s', (_, changes) => {
    const fields = { ...meant, ...changes };
    expect(readBackCertificate(build(fields), fields)).toEqual([]);
  });
});

describe('readBackCertificate reports a builder that', () => {
  it.each<[string, Partial<CertificateFields>]>([
    ['serialNumber', { serialNumber: Buffer.of(1) }],
    ['issuer', { issuer: otherName }],
    ['subject', { subject: otherName }],
    ['notBefore', { notBefore: new Date('2026-01-01T00:00:01Z') }],
    ['notAfter', { notAfter: new Date('2050-12-31T23:59:59Z') }],
    ['subjectPublicKeyInfo', { subjectPublicKeyInfo: ecKeyPair().spki }],
    ['extensions', { extensions: [...meant.extensions, { ...opaque, oid: '1.2.3.6' }] }],
    ['extensions', { extensions: meant.extensions.toReversed() }],
    ['extensions', { extensions: [{ ...constraints, critical: true }, usage, opaque] }],
    [
      'extensions',
      { extensions: [constraints, keyUsageExtension(['keyCertSign']), opaque, looksLikeAsn1] },
    ],
  ])('writes another value: %s', (field, changes) => {
    expect(readBackCertificate(build({ ...meant, ...changes }), meant)).toEqual([field]);
  });

  const MD5 = derAlgorithmIdentifier(OID.md5WithRsa, derNull());
  const WITHOUT_NULL = derAlgorithmIdentifier(OID.sha256WithRsa);
  it.each<[string, (elements: Uint8Array[]) => Uint8Array[]]>([
    ['version', ([, ...rest]) => [derContext(0, derElement(2, Buffer.of(1))), ...rest]],
    ['serialNumber', (all) => all.with(1, derElement(2, meant.serialNumber))],
    ['signature', (all) => all.with(2, MD5)],
    ['signature', (all) => all.with(2, WITHOUT_NULL)],
    ['notAfter', (all) => all.with(4, shortValidity())],
    ['fieldCount', (all) => all.toSpliced(7, 0, derContextPrimitive(1, Buffer.of(0, 1)))],
    ['fieldCount', (all) => all.toSpliced(7, 0, derContextPrimitive(2, Buffer.of(0, 1)))],
    ['fieldCount', (all) => [...all, derNull()]],
    ['certificate', (all) => all.toSpliced(4, 1)],
  ])('makes a mistake in %s', (field, fault) => {
    expect(readBackCertificate(buildWith(fault), meant)).toEqual([field]);
  });

  it('omits the extensions', () => {
    const without = build({ ...meant, extensions: [] });
    expect(readBackCertificate(without, meant)).toEqual(['fieldCount', 'extensions']);
  });

  it('omits the version', () => {
    expect(
      readBackCertificate(
        buildWith((all) => all.slice(1)),
        meant,
      ),
    ).toContain('version');
  });

  it('writes another outer algorithm', () => {
    const tbs = derTbsCertificate(meant);
    const other = derSequence(tbs, MD5, derBitString(Buffer.alloc(1)));
    expect(readBackCertificate(other, meant)).toEqual(['signatureAlgorithm']);
    const both = buildWith((all) => all.with(2, MD5));
    expect(readBackCertificate(both, { ...meant, signingAlgorithm: 'SHA512WITHRSA' })).toEqual([
      'signature',
      'signatureAlgorithm',
    ]);
  });

  it('adds an outer field', () => {
    const fields = readBer(build(meant)).children.map(({ bytes }) => bytes);
    expect(readBackCertificate(derSequence(...fields, derNull()), meant)).toEqual(['fieldCount']);
  });

  it('writes something that is not a certificate', () => {
    const notCertificates = [derNull(), derOctetString(build(meant)), Buffer.alloc(0)];
    for (const bytes of notCertificates) {
      expect(readBackCertificate(bytes, meant)).toEqual(['certificate']);
    }
  });
});

/** notAfter as a UTCTime with a two-digit year, which means 1951 instead of 2051. */
function shortValidity(): Uint8Array {
  const time = (text: string) => derElement(0x17, Buffer.from(text));
  return derSequence(time('260101000000Z'), time('510101000000Z'));
}
