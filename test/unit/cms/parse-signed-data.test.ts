import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derNull, derPrintableString, derSequence } from '../../../src/asn1/write-der.ts';
import { buildDegenerateSignedData } from '../../../src/cms/build-signed-data.ts';
import { parseSignedData } from '../../../src/cms/parse-signed-data.ts';
import { keyIdentifierOf } from '../../../src/x509/key-identifier.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import {
  attribute,
  type Forgery,
  forgePkiMessage,
  requestAttributes,
} from '../../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const ra = goldenIdentity('ra');
const root = goldenIdentity('root');
const content = Buffer.from('content\n');

function signedByOpenssl(...options: string[]): Buffer {
  return runOpenssl(
    [
      ...['cms', '-sign', '-binary', '-nodetach', '-outform', 'DER'],
      ...['-signer', ra.certificateFile, '-inkey', ra.keyFile, ...options],
    ],
    content,
  );
}

describe('the output of openssl cms -sign', () => {
  it('is read field by field', () => {
    const signed = parseSignedData(signedByOpenssl('-certfile', root.certificateFile));
    const [signer] = signed.signers;
    expect(signed.contentType).toBe(OID.data);
    expect(Buffer.from(signed.content ?? [])).toEqual(content);
    expect(
      signed.certificates.map((der) => Buffer.from(der).toString('base64')).toSorted(),
    ).toEqual(
      [ra, root]
        .map(({ certificate }) => Buffer.from(certificate.der).toString('base64'))
        .toSorted(),
    );
    expect(signed.crls).toEqual([]);
    expect(signed.signers).toHaveLength(1);
    expect(signer?.digestAlgorithm.oid).toBe(OID.sha256);
    expect(signer?.signatureAlgorithm.oid).toBe(OID.rsaEncryption);
    expect(signer?.signature).toHaveLength(256);
    expect(signer?.signedAttributes.map(({ oid }) => oid)).toEqual(
      expect.arrayContaining([OID.contentType, OID.signingTime, OID.messageDigest]),
    );
    expect(signer?.id).toEqual({
      kind: 'issuerAndSerialNumber',
      issuer: Buffer.from(ra.certificate.issuer),
      serialNumber: Buffer.from(ra.certificate.serialNumber),
    });
  });

  it('names its signer by key identifier with -keyid', () => {
    const [signer] = parseSignedData(signedByOpenssl('-keyid')).signers;
    expect(signer?.id.kind).toBe('subjectKeyIdentifier');
    expect(signer?.id).toMatchObject({
      keyIdentifier: Buffer.from(keyIdentifierOf(ra.certificate.subjectPublicKeyInfo)),
    });
  });

  it('may be without attributes, certificates or content', () => {
    const bare = parseSignedData(signedByOpenssl('-noattr', '-nocerts'));
    expect(bare.signers[0]?.signedAttributes).toEqual([]);
    expect(bare.signers[0]?.signedAttributesDer).toHaveLength(0);
    expect(bare.certificates).toEqual([]);
    const detached = runOpenssl(
      [
        ...['cms', '-sign', '-binary', '-outform', 'DER'],
        ...['-signer', ra.certificateFile, '-inkey', ra.keyFile],
      ],
      content,
    );
    expect(parseSignedData(detached).content).toBeUndefined();
  });

  it('may be streamed with indefinite lengths', () => {
    const streamed = parseSignedData(signedByOpenssl('-stream'));
    expect(Buffer.from(streamed.content ?? [])).toEqual(content);
    expect(streamed.certificates.map((der) => Buffer.from(der))).toEqual([
      Buffer.from(ra.certificate.der),
    ]);
  });
});

describe('attributes', () => {
  const shuffled = Object.values(requestAttributes(content)).toReversed();
  const message = forgePkiMessage({ content, attributes: shuffled });

  it('keep the order in which they were sent, under the tag SET OF', () => {
    const [signer] = parseSignedData(message).signers;
    const body = Buffer.concat(shuffled);
    expect(signer?.signedAttributesDer[0]).toBe(0x31);
    expect(Buffer.from(signer?.signedAttributesDer ?? []).subarray(-body.length)).toEqual(body);
  });

  it('are read without a change to the input', () => {
    const before = Buffer.from(message);
    parseSignedData(message);
    expect(message).toEqual(before);
  });

  it('may have several values', () => {
    const [one, two] = [derPrintableString('1'), derPrintableString('2')];
    const attributes = [attribute(OID.scepMessageType, one, two)];
    const [signer] = parseSignedData(forgePkiMessage({ content, attributes })).signers;
    expect(signer?.signedAttributes).toEqual([
      { oid: OID.scepMessageType, values: [Buffer.from(one), Buffer.from(two)] },
    ]);
  });

  it.each([
    ['no attribute', []],
    ['an attribute of no value', [attribute(OID.scepMessageType)]],
  ])('may not consist of %s (RFC 5652 section 5.3)', (_, attributes) => {
    expect(() => parseSignedData(forgePkiMessage({ content, attributes }))).toThrow(DecodeError);
  });
});

it('keeps certificates and CRLs as received and in their order', () => {
  const certificates = ['root', 'ra', 'foreign-ra'] as const;
  const ders = certificates.map((name) => goldenIdentity(name).certificate.der);
  const read = parseSignedData(buildDegenerateSignedData(ders));
  expect(read.certificates.map((der) => Buffer.from(der))).toEqual(
    ders.map((der) => Buffer.from(der)),
  );
  expect(read.content).toBeUndefined();
  expect(read.signers).toEqual([]);
});

it('distinguishes an empty content from an absent one', () => {
  expect(parseSignedData(forgePkiMessage({ content: Buffer.alloc(0) })).content).toHaveLength(0);
  expect(parseSignedData(forgePkiMessage({ content: null })).content).toBeUndefined();
});

describe('limits', () => {
  const { der } = ra.certificate;
  const some = (count: number) => attribute(`1.2.3.${count}`, derNull());

  it('allow 10 certificates, 10 signers and 32 attributes', () => {
    const certificates = Array.from({ length: 10 }, () => der);
    const attributes = Array.from({ length: 32 }, (_, i) => some(i));
    const read = (forgery: Forgery) => parseSignedData(forgePkiMessage({ content, ...forgery }));
    expect(read({ certificates }).certificates).toHaveLength(10);
    expect(read({ signers: 10 }).signers).toHaveLength(10);
    expect(read({ attributes }).signers[0]?.signedAttributes).toHaveLength(32);
  });

  it.each([
    ['certificates', { certificates: Array.from({ length: 11 }, () => der) }],
    ['signers', { signers: 11 }],
    ['signed attributes', { attributes: Array.from({ length: 33 }, (_, i) => some(i)) }],
  ])('do not allow one more of the %s', (what, forgery) => {
    const message = forgePkiMessage({ content, ...forgery });
    expect(() => parseSignedData(message)).toThrow(DecodeError);
    expect(() => parseSignedData(message)).toThrow(`too many ${what}`);
  });
});

it.each([
  ['nothing', new Uint8Array()],
  ['NULL', derNull()],
  ['an empty SEQUENCE', derSequence()],
  ['a certificate', ra.certificate.der],
  ['a text', Buffer.from('<html></html>')],
  ['a message and one octet', Buffer.concat([forgePkiMessage(), Buffer.of(0)])],
])('throws a DecodeError for %s', (_, bytes) => {
  expect(() => parseSignedData(bytes)).toThrow(DecodeError);
});

it('throws a DecodeError for EnvelopedData', () => {
  const envelope = runOpenssl(
    [...['cms', '-encrypt', '-outform', 'DER', '-aes128', ra.certificateFile]],
    content,
  );
  expect(() => parseSignedData(envelope)).toThrow('the CMS is not SignedData');
});
