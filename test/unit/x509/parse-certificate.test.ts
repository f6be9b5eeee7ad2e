import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { encodePem } from '../../../src/asn1/pem.ts';
import {
  derBitString,
  derContext,
  derElement,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSet,
  derTime,
} from '../../../src/asn1/write-der.ts';
import { derAlgorithmIdentifier } from '../../../src/x509/algorithm-identifier.ts';
import { parseName } from '../../../src/x509/distinguished-name.ts';
import { parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { importPublicKey } from '../../../src/x509/public-key.ts';
import { verifySignature } from '../../../src/x509/verify-signature.ts';
import { runOrThrow } from '../../support/clients/run-command.ts';
import { sampleCertificate } from '../../support/keys/sample-certificate.ts';
import { ecKeyPair, rsaKeyPair } from '../../support/keys/sample-keys.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const keys = rsaKeyPair();

interface OddParts {
  serial?: Uint8Array;
  name?: Uint8Array;
  spki?: Uint8Array;
  times?: readonly Uint8Array[];
  /** After the key. */
  optional?: readonly Uint8Array[];
  /** After the signature. */
  trailing?: readonly Uint8Array[];
}

/**
 * A v1 certificate such as old Cisco devices sign with. Built by hand, because our builder writes
 * only v3.
 */
function oddCertificate(parts: OddParts) {
  const name = parts.name ?? derSequence();
  const algorithm = derAlgorithmIdentifier(OID.md5WithRsa, derNull());
  const tbs = derSequence(
    derElement(2, parts.serial ?? Buffer.of(1)),
    algorithm,
    name,
    derSequence(...(parts.times ?? [derTime(new Date(0)), derTime(new Date('2099-01-01'))])),
    name,
    parts.spki ?? keys.spki,
    ...(parts.optional ?? []),
  );
  const signature = derBitString(Buffer.alloc(256, 7));
  return { tbs, der: derSequence(tbs, algorithm, signature, ...(parts.trailing ?? [])) };
}

function nameWith(tag: number, octets: Uint8Array): Uint8Array {
  return derSequence(derSet(derSequence(derOid(OID.commonName), derElement(tag, octets))));
}

describe('parseCertificate', () => {
  it('reads the same fields as OpenSSL', async () => {
    const directory = tempDirectory();
    const file = path.join(directory, 'certificate.der');
    await runOrThrow('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', '/dev/null', '-days', '9'],
      // One random serial number in 256 begins with a zero octet, which Node does not print.
      ...['-set_serial', '0x0123456789abcdef'],
      ...['-subj', '/C=US/O=Lab/CN=device', '-addext', 'subjectAltName=DNS:device.example'],
      ...['-outform', 'DER', '-out', file],
    ]);
    const der = readFileSync(file);
    const certificate = parseCertificate(der);
    const expected = new X509Certificate(der);
    expect(Buffer.from(certificate.der).equals(der)).toBe(true);
    expect(Buffer.from(certificate.serialNumber).toString('hex').toUpperCase()).toBe(
      expected.serialNumber,
    );
    expect(certificate.notBefore).toEqual(new Date(expected.validFrom));
    expect(certificate.notAfter).toEqual(new Date(expected.validTo));
    expect(certificate.subjectPublicKeyInfo).toEqual(
      expected.publicKey.export({ format: 'der', type: 'spki' }),
    );
    expect(certificate.extensions.map(({ oid, critical }) => ({ oid, critical }))).toContainEqual({
      oid: OID.basicConstraints,
      critical: true,
    });
    const key = importPublicKey(certificate.subjectPublicKeyInfo);
    const { signatureAlgorithm, tbs, signature } = certificate;
    expect(verifySignature(signatureAlgorithm, key, tbs, signature)).toBe(true);
  });

  it('keeps the leading zero of a serial number and reads dates past 2049', () => {
    const certificate = parseCertificate(sampleCertificate(keys));
    expect(certificate.serialNumber).toEqual(Buffer.from('008123456789abcdef', 'hex'));
    expect(certificate.notAfter).toEqual(new Date('2051-01-01T00:00:00Z'));
    expect(certificate.extensions).toEqual([]);
  });

  it.each<[string, OddParts]>([
    ['v1 with MD5', {}],
    ['a serial number of 32 octets', { serial: Buffer.alloc(32, 0x41) }],
    ['a negative serial number', { serial: Buffer.of(0xff) }],
    ['a BMPString name', { name: nameWith(30, Buffer.from('00410042', 'hex')) }],
    ['a T61String name', { name: nameWith(20, Buffer.from('M\xfcller', 'latin1')) }],
    ['an EC key', { spki: ecKeyPair().spki }],
    ['a validity of nonsense', { times: [derNull(), derNull()] }],
    ['a validity of nothing', { times: [] }],
    ['unique identifiers', { optional: [derElement(0x81, Buffer.of(0)), derElement(0x82)] }],
  ])('reads %s, which real clients send', (_, parts) => {
    const { tbs, der } = oddCertificate(parts);
    const certificate = parseCertificate(der);
    expect(certificate.tbs).toEqual(tbs);
    expect(certificate.serialNumber).toEqual(parts.serial ?? Buffer.of(1));
    expect(certificate.subjectPublicKeyInfo).toEqual(parts.spki ?? keys.spki);
    expect(certificate.signatureAlgorithm).toEqual({ oid: OID.md5WithRsa, parameters: derNull() });
    expect(certificate.signature).toEqual(Buffer.alloc(256, 7));
    expect(() => parseName(certificate.subject)).not.toThrow();
  });

  it('reads a certificate in BER with indefinite lengths', () => {
    const der = sampleCertificate(keys);
    const [, ...rest] = [der.subarray(0, 4), der.subarray(4)];
    const ber = Buffer.concat([Buffer.of(0x30, 0x80), ...rest, Buffer.of(0, 0)]);
    expect(parseCertificate(ber).der).toEqual(der);
  });

  const extensions = derContext(3, derSequence());
  it.each<[string, OddParts]>([
    ['bytes after the signature', { trailing: [derNull()] }],
    ['a field that is none', { optional: [derNull()] }],
    ['a field [4]', { optional: [extensions, derContext(4)] }],
    ['two lists of extensions', { optional: [extensions, extensions] }],
    ['two lists of extensions in one', { optional: [derContext(3, derSequence(), derSequence())] }],
    ['extensions of nothing', { optional: [derContext(3)] }],
    ['a unique identifier after the extensions', { optional: [extensions, derElement(0x81)] }],
    ['a name that is none', { name: derNull() }],
    ['a key that is none', { spki: derNull() }],
  ])('refuses %s', (_, parts) => {
    expect(() => parseCertificate(oddCertificate(parts).der)).toThrow(DecodeError);
  });

  it('refuses a repeated extension', () => {
    const extension = { oid: '1.2.3', critical: false, value: derNull() };
    const der = sampleCertificate(keys, { extensions: [extension, extension] });
    expect(() => parseCertificate(der)).toThrow('an extension is repeated');
  });

  it('refuses 201 extensions', () => {
    const extensions = Array.from({ length: 201 }, (_, i) => ({
      oid: `1.2.3.${i}`,
      critical: false,
      value: derNull(),
    }));
    expect(
      parseCertificate(sampleCertificate(keys, { extensions: extensions.slice(1) })),
    ).toBeDefined();
    expect(() => parseCertificate(sampleCertificate(keys, { extensions }))).toThrow(DecodeError);
  });

  it('refuses bytes after the certificate, PEM, and another structure', () => {
    const der = sampleCertificate(keys);
    expect(() => parseCertificate(Buffer.concat([der, Buffer.of(0)]))).toThrow(DecodeError);
    expect(() => parseCertificate(Buffer.from(encodePem('CERTIFICATE', der)))).toThrow(DecodeError);
    expect(() => parseCertificate(derSequence(derOctetString(der)))).toThrow(DecodeError);
    expect(() => parseCertificate(Buffer.alloc(0))).toThrow(DecodeError);
  });

  it('keeps bytes that OpenSSL reads with the same serial number', async () => {
    const file = path.join(tempDirectory(), 'again.der');
    writeFileSync(file, parseCertificate(sampleCertificate(keys)).der);
    const { stdout } = await runOrThrow('openssl', [
      'x509',
      '-inform',
      'DER',
      '-in',
      file,
      '-noout',
      '-serial',
    ]);
    expect(stdout.trim()).toBe('serial=8123456789ABCDEF');
  });
});
