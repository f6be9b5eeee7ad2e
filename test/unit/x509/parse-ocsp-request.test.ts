import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  derContext,
  derElement,
  derInteger,
  derNull,
  derOctetString,
  derSequence,
} from '../../../src/asn1/write-der.ts';
import { derAlgorithmIdentifier } from '../../../src/x509/algorithm-identifier.ts';
import { derExtensions } from '../../../src/x509/extensions.ts';
import { parseOcspRequest } from '../../../src/x509/parse-ocsp-request.ts';

const HASH = Buffer.alloc(20, 7);
const SERIAL = derInteger(Buffer.of(0x8f, 1));

const certId = (
  algorithm = derAlgorithmIdentifier(OID.sha1, derNull()),
  serial: Uint8Array = SERIAL,
) => derSequence(algorithm, derOctetString(HASH), derOctetString(HASH), serial);
const single = (...extensions: readonly Uint8Array[]) => derSequence(certId(), ...extensions);
const request = (...fields: readonly Uint8Array[]) => derSequence(derSequence(...fields));
const extension = (oid: string, value: Uint8Array, critical = false) =>
  derContext(2, derExtensions([{ oid, critical, value }]));
const nonce = (length: number) => extension(OID.ocspNonce, derOctetString(Buffer.alloc(length, 9)));

it('reads the request and keeps the exact bytes of the CertID', () => {
  const { certIds, nonce: asked } = parseOcspRequest(request(derSequence(single())));
  expect(asked).toBeUndefined();
  expect(certIds).toHaveLength(1);
  expect(certIds[0]).toMatchObject({ hashAlgorithm: OID.sha1 });
  expect(Buffer.from(certIds[0].der)).toEqual(Buffer.from(certId()));
  expect(Buffer.from(certIds[0].serialNumber)).toEqual(Buffer.of(0, 0x8f, 1));
});

describe('a nonce', () => {
  it.each([1, 16, 32])('of %i octets is read', (length) => {
    const parsed = parseOcspRequest(request(derSequence(single()), nonce(length)));
    expect(parsed.nonce).toHaveLength(length);
  });

  it.each([33, 128])('of %i octets is ignored', (length) => {
    const parsed = parseOcspRequest(request(derSequence(single()), nonce(length)));
    expect(parsed.nonce).toBeUndefined();
  });

  it.each([0, 129])('of %i octets is refused', (length) => {
    const bytes = request(derSequence(single()), nonce(length));
    expect(() => parseOcspRequest(bytes)).toThrow(DecodeError);
  });
});

const critical = (tag: number) =>
  derContext(tag, derExtensions([{ oid: '1.2.3', critical: true, value: derNull() }]));
const BER = Buffer.from(request(derSequence(single())));
const longer = Buffer.concat([Buffer.of(0x30, 0x81, BER.length - 2), BER.subarray(2)]);

it.each<[string, Uint8Array]>([
  ['nothing', Buffer.alloc(0)],
  ['no certificate', request(derSequence())],
  ['21 certificates', request(derSequence(...Array.from({ length: 21 }, () => single())))],
  ['16 KiB', Buffer.concat([request(derSequence(single())), Buffer.alloc(16_384)])],
  ['another version', request(derContext(0, derInteger(1)), derSequence(single()))],
  ['a critical extension', request(derSequence(single()), critical(2))],
  ['a critical extension of a certificate', request(derSequence(single(critical(0))))],
  ['what is not DER', longer],
  ['another field', request(derSequence(single()), derNull())],
  [
    'parameters of a digest',
    request(derSequence(derSequence(certId(derAlgorithmIdentifier(OID.sha1, SERIAL))))),
  ],
  [
    'an empty serial number',
    request(derSequence(derSequence(certId(undefined, derElement(0x02))))),
  ],
])('refuses %s', (_, bytes) => {
  expect(() => parseOcspRequest(bytes)).toThrow(DecodeError);
});

it('ignores the requestor and other extensions', () => {
  const bytes = request(
    derContext(0, derInteger(0)),
    derContext(1, derElement(0x82, Buffer.from('asker'))),
    derSequence(single(derContext(0, derExtensions([])))),
    extension('1.2.3', derNull()),
  );
  expect(parseOcspRequest(bytes).certIds).toHaveLength(1);
});
