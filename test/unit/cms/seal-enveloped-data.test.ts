import { randomBytes } from 'node:crypto';
import * as pkijs from 'pkijs';
import { describe, expect, it } from 'vitest';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { contentCipher } from '../../../src/cms/content-ciphers.ts';
import { createKeyTransport } from '../../../src/cms/key-transport.ts';
import { openEnvelopedData } from '../../../src/cms/open-enveloped-data.ts';
import { parseEnvelopedData } from '../../../src/cms/parse-enveloped-data.ts';
import { sealEnvelopedData } from '../../../src/cms/seal-enveloped-data.ts';
import { asn1Lines, runOpenssl } from '../../support/clients/run-openssl.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const device = goldenIdentity('renewing-device');
const recipient = { certificate: device.certificate, publicKey: device.publicKey };
const content = Buffer.from('a certificate, say');
const NAMES = ['aes128', 'aes192', 'aes256', '3des', 'des'] as const;

it.each(NAMES)('openssl decrypts an envelope with %s', (name) => {
  const envelope = sealEnvelopedData(content, recipient, contentCipher(name), randomBytes);
  const decrypted = runOpenssl(
    [
      ...['cms', '-decrypt', '-provider', 'legacy', '-provider', 'default', '-binary'],
      ...['-inform', 'DER', '-inkey', device.keyFile, '-recip', device.certificateFile],
    ],
    envelope,
  );
  expect(decrypted).toEqual(content);
});

it.each(NAMES)('opens its own envelopes with %s', (name) => {
  const cipher = contentCipher(name);
  for (const length of [0, 1, 7, 8, 15, 16, 17, 5_000]) {
    const sealed = sealEnvelopedData(Buffer.alloc(length, 9), recipient, cipher, randomBytes);
    const envelope = parseEnvelopedData(sealed);
    const [ours] = envelope.recipients;
    if (ours === undefined) throw new Error('no recipient');
    const opened = openEnvelopedData(envelope, ours, cipher, createKeyTransport(device.privateKey));
    expect(opened).toEqual(Buffer.alloc(length, 9));
  }
});

it('writes versions 0 and issuerAndSerialNumber, as pkijs reads it', () => {
  const sealed = sealEnvelopedData(content, recipient, contentCipher('aes256'), randomBytes);
  const decoded = new pkijs.EnvelopedData({
    schema: pkijs.ContentInfo.fromBER(Buffer.from(sealed)).content as unknown,
  });
  const info = decoded.recipientInfos[0]?.value as pkijs.KeyTransRecipientInfo;
  expect(decoded.version).toBe(0);
  expect(decoded.recipientInfos).toHaveLength(1);
  expect(info.version).toBe(0);
  expect(info.rid).toBeInstanceOf(pkijs.IssuerAndSerialNumber);
  expect(decoded.encryptedContentInfo.contentEncryptionAlgorithm.algorithmId).toBe(
    '2.16.840.1.101.3.4.1.42',
  );
});

describe('the structure', () => {
  it('is one KeyTransRecipientInfo of version 0 and a primitive [0]', () => {
    // Fixed, because openssl prints random octets that are printable as text.
    const zeros = (length: number) => Buffer.alloc(length);
    const sealed = sealEnvelopedData(content, recipient, contentCipher('aes128'), zeros);
    const lines = asn1Lines(sealed).filter((line) => !/d=[6-9]|d=1\d/.test(line));
    expect(
      lines.map((line) => line.replace(/(\[HEX DUMP\]|INTEGER +):[0-9A-F]{3,}$/, '$1')),
    ).toEqual([
      'd=0 cons: SEQUENCE',
      'd=1 prim: OBJECT            :pkcs7-envelopedData',
      'd=1 cons: cont [ 0 ]',
      'd=2 cons: SEQUENCE',
      'd=3 prim: INTEGER           :00',
      'd=3 cons: SET',
      'd=4 cons: SEQUENCE',
      'd=5 prim: INTEGER           :00',
      'd=5 cons: SEQUENCE',
      'd=5 cons: SEQUENCE',
      'd=5 prim: OCTET STRING      [HEX DUMP]',
      'd=3 cons: SEQUENCE',
      'd=4 prim: OBJECT            :pkcs7-data',
      'd=4 cons: SEQUENCE',
      'd=5 prim: OBJECT            :aes-128-cbc',
      'd=5 prim: OCTET STRING      [HEX DUMP]',
      'd=4 prim: cont [ 0 ]',
    ]);
  });

  it('identifies the recipient with the exact bytes of its certificate', () => {
    const sealed = sealEnvelopedData(content, recipient, contentCipher('aes128'), randomBytes);
    const info = readBer(sealed).children[1]?.children[0]?.children[1]?.children[0];
    const [issuer, serialNumber] = info?.children[1]?.children ?? [];
    expect(issuer?.bytes).toEqual(device.certificate.issuer);
    expect(serialNumber?.content).toEqual(device.certificate.serialNumber);
  });

  it('takes the content key and then the initialisation vector from randomBytes', () => {
    const asked: number[] = [];
    const zeros = (length: number) => {
      asked.push(length);
      return Buffer.alloc(length);
    };
    const cipher = contentCipher('3des');
    const one = parseEnvelopedData(sealEnvelopedData(content, recipient, cipher, zeros));
    expect(asked).toEqual([24, 8]);
    expect(one.contentEncryption.parameters).toEqual(Buffer.of(4, 8, 0, 0, 0, 0, 0, 0, 0, 0));
  });
});
