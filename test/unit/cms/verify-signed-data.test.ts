import { createHash, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derElement, derOctetString, derOid } from '../../../src/asn1/write-der.ts';
import { parseSignedData } from '../../../src/cms/parse-signed-data.ts';
import { verifySignedData } from '../../../src/cms/verify-signed-data.ts';
import { UnsupportedAlgorithmError } from '../../../src/x509/unsupported-algorithm-error.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import {
  attribute,
  type Forgery,
  forgePkiMessage,
  requestAttributes,
} from '../../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const device = goldenIdentity('renewing-device');
const content = Buffer.from('content');
const DIGESTS = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'] as const;
const WITH_RSA = {
  md5: OID.md5WithRsa,
  sha1: OID.sha1WithRsa,
  sha256: OID.sha256WithRsa,
  sha384: OID.sha384WithRsa,
  sha512: OID.sha512WithRsa,
};

function verify(message: Uint8Array, publicKey = device.publicKey): boolean {
  const signedData = parseSignedData(message);
  const [signer] = signedData.signers;
  if (signer === undefined) throw new Error('no signer');
  return verifySignedData(signedData, signer, publicKey);
}

const forged = (forgery: Forgery) => verify(forgePkiMessage({ content, ...forgery }));

describe('a signature holds', () => {
  describe.each(DIGESTS)('with %s', (digest) => {
    const options = ['cms', '-sign', '-binary', '-nodetach', '-outform', 'DER', '-md', digest];
    const keys = ['-signer', device.certificateFile, '-inkey', device.keyFile];

    it('when openssl made it', () => {
      expect(verify(runOpenssl([...options, ...keys], content))).toBe(true);
    });

    it('when openssl made it with -stream', () => {
      expect(verify(runOpenssl([...options, '-stream', ...keys], content))).toBe(true);
    });

    it('when the signature algorithm is rsaEncryption or names the digest', () => {
      expect(forged({ digest, signatureOid: OID.rsaEncryption })).toBe(true);
      expect(forged({ digest, signatureOid: WITH_RSA[digest] })).toBe(true);
    });
  });

  it('with RSASSA-PSS by openssl', () => {
    const message = runOpenssl(
      [
        ...['cms', '-sign', '-binary', '-nodetach', '-outform', 'DER', '-md', 'sha256'],
        ...['-signer', device.certificateFile, '-inkey', device.keyFile],
        ...['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:digest'],
      ],
      content,
    );
    expect(verify(message)).toBe(true);
  });

  it('for attributes sent in any order and signed in that or in DER order (RFC 5652 section 5.4)', () => {
    const attributes = Object.values(requestAttributes(content));
    for (const sent of [attributes, attributes.toReversed(), attributes.toSorted(Buffer.compare)]) {
      expect(forged({ attributes: sent, signedOrder: 'sent' })).toBe(true);
      expect(forged({ attributes: sent, signedOrder: 'sorted' })).toBe(true);
    }
  });

  it('for an empty and for an absent content', () => {
    expect(forged({ content: Buffer.alloc(0) })).toBe(true);
    expect(forged({ content: null })).toBe(true);
  });
});

describe('a signature does not hold', () => {
  const { contentType, messageDigest, ...others } = requestAttributes(content);
  const rest = Object.values(others);
  const digestOf = (octets: Uint8Array) =>
    derOctetString(createHash('sha256').update(octets).digest());

  it('with the key of another signer', () => {
    const message = forgePkiMessage({ content });
    expect(verify(message, goldenIdentity('ra').publicKey)).toBe(false);
    expect(forged({ signerKey: goldenIdentity('ra').privateKey })).toBe(false);
  });

  it.each<[string, readonly Uint8Array[] | null]>([
    ['no signed attributes', null],
    ['no contentType', [messageDigest, ...rest]],
    ['no messageDigest', [contentType, ...rest]],
    ['contentType twice', [contentType, contentType, messageDigest, ...rest]],
    ['messageDigest twice', [contentType, messageDigest, messageDigest, ...rest]],
    [
      'another messageDigest first',
      [attribute(OID.messageDigest, digestOf(Buffer.from('else'))), messageDigest, contentType],
    ],
    [
      'contentType of two values',
      [attribute(OID.contentType, derOid(OID.data), derOid(OID.signedData)), messageDigest],
    ],
    [
      'messageDigest of two values',
      [contentType, attribute(OID.messageDigest, digestOf(content), digestOf(Buffer.alloc(0)))],
    ],
    ['another contentType', [attribute(OID.contentType, derOid(OID.signedData)), messageDigest]],
    [
      'a messageDigest of other content',
      [contentType, attribute(OID.messageDigest, digestOf(Buffer.from('else')))],
    ],
    [
      'a messageDigest cut short',
      [
        contentType,
        attribute(
          OID.messageDigest,
          derOctetString(createHash('sha256').update(content).digest().subarray(1)),
        ),
      ],
    ],
    [
      'an empty messageDigest',
      [contentType, attribute(OID.messageDigest, derOctetString(Buffer.of()))],
    ],
    [
      'a messageDigest that is no OCTET STRING',
      [
        contentType,
        attribute(
          OID.messageDigest,
          derElement(0x13, createHash('sha256').update(content).digest()),
        ),
      ],
    ],
  ])('with %s, however well signed', (_, attributes) => {
    expect(forged({ attributes })).toBe(false);
  });

  it('when the signature covers the content instead of the attributes', () => {
    expect(forged({ signature: sign('sha256', content, device.privateKey) })).toBe(false);
  });

  it.each([0, 1, 128, 255])('when octet %i of the signature changes', (at) => {
    const good = parseSignedData(forgePkiMessage({ content })).signers[0]?.signature;
    const signature = Buffer.from(good ?? []);
    signature[at] = (signature[at] ?? 0) ^ 1;
    expect(forged({ signature })).toBe(false);
  });

  it.each([0, 1, 255, 257])('when the signature has %i octets', (length) => {
    expect(forged({ signature: Buffer.alloc(length) })).toBe(false);
  });

  it('when the signature algorithm names another digest than the one signed with', () => {
    expect(forged({ digest: 'sha256', signatureOid: OID.sha512WithRsa })).toBe(false);
  });

  it('when the digest algorithm is another than that of messageDigest', () => {
    expect(forged({ digest: 'sha256', digestOid: OID.sha512 })).toBe(false);
  });

  it('when an ECDSA algorithm is named for an RSA key', () => {
    expect(forged({ signatureOid: OID.ecdsaWithSha256 })).toBe(false);
  });
});

describe('a signature is unsupported', () => {
  it.each(['2.16.840.1.101.3.4.2.4', '1.2.840.113549.2.2', '1.2.3'])(
    'with the digest %s',
    (digestOid) => {
      expect(() => forged({ digestOid })).toThrow(UnsupportedAlgorithmError);
    },
  );

  it.each(['1.2.840.113549.1.1.14', '1.2.840.10040.4.3', '1.3.101.112', OID.rsassaPss])(
    'with the signature algorithm %s',
    (signatureOid) => {
      expect(() => forged({ signatureOid })).toThrow(UnsupportedAlgorithmError);
    },
  );
});
