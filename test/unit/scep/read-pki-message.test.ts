import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  derContextPrimitive,
  derElement,
  derNull,
  derSequence,
} from '../../../src/asn1/write-der.ts';
import { readPkiMessage, readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { buildSelfSignedCertificate } from '../../../src/x509/build-certificate.ts';
import { derName } from '../../../src/x509/distinguished-name.ts';
import { keyIdentifierOf } from '../../../src/x509/key-identifier.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';
import {
  attribute,
  forgePkiMessage,
  goldenEnvelope,
  requestAttributes,
  SENDER_NONCE,
  TRANSACTION_ID,
} from '../../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const device = goldenIdentity('renewing-device').certificate;
const ra = goldenIdentity('ra').certificate;
const root = goldenIdentity('root').certificate;
const content = goldenEnvelope();
const same = (a: Uint8Array | undefined, b: Uint8Array) =>
  Buffer.compare(a ?? Buffer.of(), b) === 0;

function withExtensionTwice(): Uint8Array {
  const { publicKey, privateKey } = goldenIdentity('ra');
  const usage = keyUsageExtension(['digitalSignature']);
  return buildSelfSignedCertificate({
    serialNumber: Buffer.of(1),
    signingAlgorithm: 'SHA256WITHRSA',
    subject: derName([]),
    notBefore: new Date(0),
    notAfter: new Date(2e12),
    extensions: [usage, usage],
    publicKey,
    privateKey,
  });
}

it('reads a request', () => {
  const request = readPkiRequest(forgePkiMessage({ content }));
  expect(request.attributes.messageType).toBe('19');
  expect(request.attributes.transactionId).toBe(TRANSACTION_ID);
  expect(Buffer.from(request.senderNonce)).toEqual(SENDER_NONCE);
  expect(same(request.signedData.content, content)).toBe(true);
  expect(same(request.signerCertificate?.der, device.der)).toBe(true);
});

describe('the certificate of the signer', () => {
  const signerCertificate = (certificates: readonly Uint8Array[], signerIdentifier?: Uint8Array) =>
    readPkiMessage(
      forgePkiMessage({ content, certificates, ...(signerIdentifier && { signerIdentifier }) }),
    ).signerCertificate;

  it.each([
    ['the only one', [device.der]],
    ['the last of several', [root.der, ra.der, device.der]],
    ['the first of several', [device.der, root.der, ra.der]],
    ['behind one that repeats an extension', [withExtensionTwice(), device.der]],
    ['behind something that is not a certificate', [derSequence(derNull()), derNull(), device.der]],
  ])('may be %s', (_, certificates) => {
    expect(same(signerCertificate(certificates)?.der, device.der)).toBe(true);
  });

  it('may be named by its key identifier', () => {
    const id = derContextPrimitive(0, keyIdentifierOf(device.subjectPublicKeyInfo));
    expect(same(signerCertificate([ra.der, device.der], id)?.der, device.der)).toBe(true);
  });

  it('may be named with a needless zero before the serial number', () => {
    const padded = Buffer.concat([Buffer.of(0), device.serialNumber]);
    const id = derSequence(device.issuer, derElement(0x02, padded));
    expect(same(signerCertificate([device.der], id)?.der, device.der)).toBe(true);
  });

  it.each([
    ['there is none', []],
    ['there are only others', [ra.der, root.der]],
  ])('is undefined when %s', (_, certificates) => {
    expect(signerCertificate(certificates)).toBeUndefined();
  });
});

describe('a message is unreadable', () => {
  const { senderNonce: _, ...withoutNonce } = requestAttributes(content);

  it.each([
    ['without a signer', { signers: 0 }],
    ['with two signers', { signers: 2 }],
    ['with eContentType envelopedData', { contentType: OID.envelopedData }],
    ['without signed attributes', { attributes: null }],
    ['without a senderNonce', { attributes: Object.values(withoutNonce) }],
    [
      'with a second senderNonce among others',
      {
        attributes: [
          ...Object.values(requestAttributes(content)),
          attribute('1.2.3', derNull()),
          requestAttributes(content).senderNonce,
        ],
      },
    ],
  ])('%s', (_name, forgery) => {
    expect(() => readPkiRequest(forgePkiMessage({ content, ...forgery }))).toThrow(DecodeError);
  });

  it('unless it is a reply, which may lack a senderNonce', () => {
    const reply = forgePkiMessage({ content, attributes: Object.values(withoutNonce) });
    expect(readPkiMessage(reply).attributes.senderNonce).toBeUndefined();
  });
});
