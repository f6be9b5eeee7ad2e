import { Crypto } from '@peculiar/webcrypto';
import * as pkijs from 'pkijs';
import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { derPrintableString } from '../../../src/asn1/write-der.ts';
import {
  buildDegenerateSignedData,
  buildSignedData,
  derAttribute,
  derContentInfo,
} from '../../../src/cms/build-signed-data.ts';
import { asn1Lines, runOpenssl } from '../../support/clients/run-openssl.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const ra = goldenIdentity('ra');
const root = goldenIdentity('root');
const DIGESTS = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
const signer = (digest: 'md5' | (typeof DIGESTS)[number]) => ({
  certificate: ra.certificate,
  privateKey: ra.privateKey,
  digest,
});
const content = Buffer.from('any octets\0\r\n');
const messageType = derAttribute(OID.scepMessageType, derPrintableString('3'));

/** The content, after openssl has verified the message with the certificate's chain. */
function verified(message: Uint8Array): Buffer {
  return runOpenssl(
    [
      ...['cms', '-verify', '-binary', '-inform', 'DER', '-purpose', 'any'],
      ...['-CAfile', root.certificateFile],
    ],
    message,
  );
}

describe('buildSignedData', () => {
  it.each(['md5', ...DIGESTS] as const)('verifies in openssl, with %s', (digest) => {
    expect(verified(buildSignedData(content, signer(digest), [messageType]))).toEqual(content);
  });

  it.each(DIGESTS)('verifies in pkijs, with %s', async (digest) => {
    const message = new Uint8Array(buildSignedData(content, signer(digest), [messageType]));
    const signedData = new pkijs.SignedData({
      schema: pkijs.ContentInfo.fromBER(message).content as unknown,
    });
    const engine = new pkijs.CryptoEngine({ name: 'test', crypto: new Crypto() });
    expect(await signedData.verify({ signer: 0, checkChain: false }, engine)).toBe(true);
  });

  it('carries an empty content as a present, zero-length OCTET STRING', () => {
    const message = buildSignedData(new Uint8Array(), signer('sha256'), []);
    expect(verified(message)).toHaveLength(0);
    const [, , encapsulated] = readBer(message).children[1]?.children[0]?.children ?? [];
    expect(Buffer.from(encapsulated?.bytes ?? []).toString('hex')).toBe(
      '300f06092a864886f70d010701a0020400',
    );
  });

  it('has the structure that clients read', () => {
    const message = buildSignedData(content, signer('sha256'), []);
    const lines = asn1Lines(message).filter((line) => /^d=[0-5] /.test(line));
    const algorithm = (depth: number, name: string) => [
      `d=${depth} cons: SEQUENCE`,
      `d=${depth + 1} prim: OBJECT            :${name}`,
      `d=${depth + 1} prim: NULL`,
    ];
    expect(lines.slice(0, 13)).toEqual([
      'd=0 cons: SEQUENCE',
      'd=1 prim: OBJECT            :pkcs7-signedData',
      'd=1 cons: cont [ 0 ]',
      'd=2 cons: SEQUENCE',
      'd=3 prim: INTEGER           :01',
      'd=3 cons: SET',
      ...algorithm(4, 'sha256'),
      'd=3 cons: SEQUENCE',
      'd=4 prim: OBJECT            :pkcs7-data',
      'd=4 cons: cont [ 0 ]',
      `d=5 prim: OCTET STRING      [HEX DUMP]:${content.toString('hex').toUpperCase()}`,
    ]);
    const signerInfo = lines.slice(lines.lastIndexOf('d=3 cons: SET'));
    expect(signerInfo.slice(0, 3)).toEqual([
      'd=3 cons: SET',
      'd=4 cons: SEQUENCE',
      'd=5 prim: INTEGER           :01',
    ]);
    expect(asn1Lines(message).join('\n')).toContain(algorithm(5, 'rsaEncryption').join('\n'));
  });

  it('sorts the attributes as DER wants a SET OF', () => {
    const message = buildSignedData(content, signer('sha256'), [
      derAttribute(OID.scepTransactionId, derPrintableString('z'.repeat(100))),
      messageType,
    ]);
    const signedData = readBer(message).children[1]?.children[0];
    const attributes = signedData?.children.at(-1)?.children[0]?.children[3];
    const encodings = attributes?.children.map(({ bytes }) => bytes) ?? [];
    expect(encodings).toHaveLength(4);
    expect(encodings).toEqual(encodings.toSorted(Buffer.compare));
  });
});

describe('buildDegenerateSignedData', () => {
  const certificates = ['renewing-device', 'root', 'ra', 'foreign-ra'] as const;

  it('keeps the certificates in the given order, as openssl reads them', () => {
    const message = buildDegenerateSignedData(
      certificates.map((name) => goldenIdentity(name).certificate.der),
    );
    const printed = runOpenssl(['pkcs7', '-inform', 'DER', '-print_certs', '-noout'], message);
    const subjects = printed.toString('utf8').match(/^subject=.*CN ?= ?(.*)$/gm) ?? [];
    expect(subjects.map((line) => line.replace(/.*CN ?= ?/, ''))).toEqual([
      'renewing-device',
      'Golden Test Root',
      'Golden Test RA',
      'Foreign RA',
    ]);
  });

  it('has no content and empty sets of digests and signers (RFC 8894 section 3.4)', () => {
    expect(asn1Lines(buildDegenerateSignedData([]))).toEqual([
      'd=0 cons: SEQUENCE',
      'd=1 prim: OBJECT            :pkcs7-signedData',
      'd=1 cons: cont [ 0 ]',
      'd=2 cons: SEQUENCE',
      'd=3 prim: INTEGER           :01',
      'd=3 cons: SET',
      'd=3 cons: SEQUENCE',
      'd=4 prim: OBJECT            :pkcs7-data',
      'd=3 cons: SET',
    ]);
  });
});

it('derContentInfo and derAttribute wrap one value', () => {
  const value = Buffer.of(5, 0);
  expect(asn1Lines(derContentInfo(OID.data, value)).slice(1)).toEqual([
    'd=1 prim: OBJECT            :pkcs7-data',
    'd=1 cons: cont [ 0 ]',
    'd=2 prim: NULL',
  ]);
  expect(asn1Lines(derAttribute(OID.contentType, value)).slice(1)).toEqual([
    'd=1 prim: OBJECT            :contentType',
    'd=1 cons: SET',
    'd=2 prim: NULL',
  ]);
});
