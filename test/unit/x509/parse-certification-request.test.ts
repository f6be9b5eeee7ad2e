import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { decodePem } from '../../../src/asn1/pem.ts';
import {
  derContext,
  derInteger,
  derNull,
  derOid,
  derPrintableString,
  derSequence,
} from '../../../src/asn1/write-der.ts';
import { derSigned } from '../../../src/x509/build-certificate.ts';
import { buildCertificationRequest } from '../../../src/x509/build-certification-request.ts';
import { formatName, parseName } from '../../../src/x509/distinguished-name.ts';
import { derExtensions } from '../../../src/x509/extensions.ts';
import { parseGeneralNames } from '../../../src/x509/general-names.ts';
import {
  type Attribute,
  parseCertificationRequest,
} from '../../../src/x509/parse-certification-request.ts';
import { importPublicKey } from '../../../src/x509/public-key.ts';
import { createSigner } from '../../../src/x509/signing-algorithm.ts';
import { verifySignature } from '../../../src/x509/verify-signature.ts';
import { makeRequest } from '../../support/clients/openssl.ts';
import { ecKeyPair } from '../../support/keys/sample-keys.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const keys = ecKeyPair();
const someExtensions = derExtensions([{ oid: '1.2.3', critical: false, value: derNull() }]);

function requestWith(...attributes: Attribute[]): Uint8Array {
  return buildCertificationRequest(
    { subject: derSequence(), subjectPublicKeyInfo: keys.spki, attributes },
    'SHA256WITHECDSA',
    createSigner(keys.privateKey, 'SHA256WITHECDSA'),
  );
}

describe('parseCertificationRequest', () => {
  it('reads a request of OpenSSL', async () => {
    const { requestFile } = await makeRequest(tempDirectory(), 'device', {
      subject: '/C=US/O=Lab/CN=device',
      subjectAltName: 'DNS:device.example,IP:192.0.2.1',
      keyUsage: 'critical,digitalSignature',
      challengePassword: 'secret',
    });
    const [der = Buffer.alloc(0)] = decodePem(
      'CERTIFICATE REQUEST',
      readFileSync(path.resolve(requestFile), 'utf8'),
    );
    const request = parseCertificationRequest(der);
    expect(formatName(request.subject)).toBe('CN=device,O=Lab,C=US');
    expect(request.attributes.find(({ oid }) => oid === OID.challengePassword)?.values).toEqual([
      expect.objectContaining({ length: 8 }),
    ]);
    expect(request.extensions.map(({ oid, critical }) => [oid, critical])).toEqual([
      [OID.subjectAltName, false],
      [OID.keyUsage, true],
    ]);
    expect(parseGeneralNames(request.extensions[0]?.value ?? Buffer.alloc(0))).toEqual([
      { kind: 'dNSName', value: 'device.example' },
      { kind: 'iPAddress', value: '192.0.2.1' },
    ]);
    const key = importPublicKey(request.subjectPublicKeyInfo);
    const { signatureAlgorithm, signedBytes, signature } = request;
    expect(verifySignature(signatureAlgorithm, key, signedBytes, signature)).toBe(true);
  });

  it('reads an empty subject and a request without the attributes field', () => {
    const info = derSequence(derInteger(0), derSequence(), keys.spki);
    const der = derSigned(info, 'SHA256WITHECDSA', Buffer.alloc(8));
    const request = parseCertificationRequest(der);
    expect(parseName(request.subject)).toEqual([]);
    expect(request.attributes).toEqual([]);
    expect(request.extensions).toEqual([]);
  });

  it.each([OID.microsoftCertExtensions, OID.verisignExtensionRequest])(
    'reads extensions under the name %s',
    (oid) => {
      const alias = { oid, values: [someExtensions] };
      expect(parseCertificationRequest(requestWith(alias)).extensions).toHaveLength(1);
    },
  );

  it('reads an empty list of extensions', () => {
    const empty = { oid: OID.extensionRequest, values: [derSequence()] };
    expect(parseCertificationRequest(requestWith(empty)).extensions).toEqual([]);
  });

  it('reads unknown attributes and keeps the exact bytes of their values', () => {
    const attribute = {
      oid: '1.2.3.4',
      values: [derPrintableString('a'), derPrintableString('b')],
    };
    expect(parseCertificationRequest(requestWith(attribute)).attributes).toEqual([attribute]);
  });

  const request = { oid: OID.extensionRequest, values: [someExtensions] };
  it.each<[string, Attribute[]]>([
    ['in both places', [request, { ...request, oid: OID.microsoftCertExtensions }]],
    ['twice', [request, request]],
    ['with two values', [{ ...request, values: [someExtensions, someExtensions] }]],
  ])('takes several extension requests that say the same for one: %s', (_, attributes) => {
    const { extensions, extensionFault } = parseCertificationRequest(requestWith(...attributes));
    expect(extensions).toHaveLength(1);
    expect(extensionFault).toBeUndefined();
  });

  it.each<[string, Attribute[]]>([
    ['two extension requests that differ', [request, { ...request, values: [derSequence()] }]],
    ['an extension request of no value', [{ ...request, values: [] }]],
    ['an extension request that is none', [{ ...request, values: [derNull()] }]],
    [
      'an extension twice',
      [
        {
          ...request,
          values: [
            derExtensions([
              { oid: '1.2.3', critical: false, value: derNull() },
              { oid: '1.2.3', critical: true, value: derNull() },
            ]),
          ],
        },
      ],
    ],
  ])('reads no extensions from %s, and says why', (_, attributes) => {
    const { extensions, extensionFault } = parseCertificationRequest(requestWith(...attributes));
    expect(extensions).toEqual([]);
    expect(extensionFault).toMatch(/extension/);
  });

  it('refuses 33 attributes', () => {
    const attributes = Array.from({ length: 33 }, (_, i) => ({ oid: `1.2.${i}`, values: [] }));
    expect(() => parseCertificationRequest(requestWith(...attributes))).toThrow(DecodeError);
  });

  it.each([
    ['attributes that are none', derSequence(derInteger(0), derSequence(), keys.spki, derNull())],
    [
      'attributes twice',
      derSequence(derInteger(0), derSequence(), keys.spki, derContext(0), derContext(0)),
    ],
    [
      'an attribute whose values are no SET',
      derSequence(
        ...[derInteger(0), derSequence(), keys.spki],
        derContext(0, derSequence(derOid('1.2.3'), derNull())),
      ),
    ],
    ['no version', derSequence(derSequence(), keys.spki, derContext(0))],
  ])('refuses %s', (_, info) => {
    const der = derSigned(info, 'SHA256WITHECDSA', Buffer.alloc(8));
    expect(() => parseCertificationRequest(der)).toThrow(DecodeError);
  });

  it('refuses a request without a key, and bytes after it', () => {
    const info = derSequence(derInteger(0), derSequence(), derContext(0));
    const der = derSigned(info, 'SHA256WITHECDSA', Buffer.alloc(8));
    expect(() => parseCertificationRequest(der)).toThrow(DecodeError);
    const trailing = Buffer.concat([requestWith(), Buffer.of(5, 0)]);
    expect(() => parseCertificationRequest(trailing)).toThrow(DecodeError);
  });
});
