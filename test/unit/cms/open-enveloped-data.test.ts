import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { derContextPrimitive, derNull, derOctetString } from '../../../src/asn1/write-der.ts';
import { contentCipher } from '../../../src/cms/content-ciphers.ts';
import { createKeyTransport } from '../../../src/cms/key-transport.ts';
import { openEnvelopedData } from '../../../src/cms/open-enveloped-data.ts';
import { type EnvelopedData, parseEnvelopedData } from '../../../src/cms/parse-enveloped-data.ts';
import { UnsupportedAlgorithmError } from '../../../src/x509/unsupported-algorithm-error.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { goldenEnvelope } from '../../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const ra = goldenIdentity('ra');
const keyTransport = createKeyTransport(ra.privateKey);
const plaintext = randomBytes(1_000);
const CIPHERS = [
  ['aes128', '-aes-128-cbc'],
  ['aes192', '-aes-192-cbc'],
  ['aes256', '-aes-256-cbc'],
  ['3des', '-des-ede3-cbc'],
  ['des', '-des-cbc'],
] as const;

function open(envelope: EnvelopedData, name: (typeof CIPHERS)[number][0] = 'aes128') {
  const [recipient] = envelope.recipients;
  if (recipient === undefined) throw new Error('no recipient');
  return openEnvelopedData(envelope, recipient, contentCipher(name), keyTransport);
}

describe.each(CIPHERS)('%s', (name, opensslName) => {
  const encrypt = (...options: string[]) =>
    runOpenssl(
      [
        ...['cms', '-encrypt', '-provider', 'legacy', '-provider', 'default', '-binary'],
        ...['-outform', 'DER', opensslName, '-recip', ra.certificateFile, ...options],
      ],
      plaintext,
    );
  const oaep = ['-keyopt', 'rsa_padding_mode:oaep'];

  it.each([
    ['PKCS #1 v1.5', []],
    ['OAEP', oaep],
    ['OAEP with SHA-256', [...oaep, '-keyopt', 'rsa_oaep_md:sha256']],
    ['OAEP with a label', [...oaep, '-keyopt', 'rsa_oaep_label:6c6162656c']],
  ])('opens what openssl encrypts with %s', (_, options) => {
    const opened = open(parseEnvelopedData(encrypt(...options)), name);
    expect(Buffer.from(opened ?? [])).toEqual(plaintext);
  });

  it('opens an openssl stream', () => {
    expect(Buffer.from(open(parseEnvelopedData(encrypt('-stream')), name) ?? [])).toEqual(
      plaintext,
    );
  });
});

describe('returns undefined for', () => {
  const envelope = parseEnvelopedData(goldenEnvelope('aes128', plaintext));
  const withIv = (parameters: Uint8Array | undefined) => ({
    ...envelope,
    contentEncryption: { ...envelope.contentEncryption, parameters },
  });

  it.each([
    ['no initialisation vector', withIv(undefined)],
    ['a short initialisation vector', withIv(derOctetString(Buffer.alloc(15)))],
    ['a long initialisation vector', withIv(derOctetString(Buffer.alloc(17)))],
    ['NULL for initialisation vector', withIv(derNull())],
    ['no octets', { ...envelope, encryptedContent: new Uint8Array() }],
    [
      'no whole number of blocks',
      { ...envelope, encryptedContent: envelope.encryptedContent.subarray(1) },
    ],
  ])('%s', (_, changed) => {
    expect(open(changed)).toBeUndefined();
  });

  it('an envelope for another key', () => {
    const foreign = parseEnvelopedData(goldenEnvelope('aes128', plaintext));
    const otherKey = createKeyTransport(goldenIdentity('foreign-ra').privateKey);
    const [recipient] = foreign.recipients;
    if (recipient === undefined) throw new Error('no recipient');
    const opened = openEnvelopedData(foreign, recipient, contentCipher('aes128'), otherKey);
    expect(opened === undefined || !plaintext.equals(Buffer.from(opened))).toBe(true);
  });

  it('throws a DecodeError for malformed parameters', () => {
    expect(() => open(withIv(Buffer.of(4, 16)))).toThrow(DecodeError);
    expect(() => open(withIv(derContextPrimitive(0, Buffer.alloc(15))))).not.toThrow();
  });

  it('throws an UnsupportedAlgorithmError for an unknown key transport', () => {
    const [recipient] = envelope.recipients;
    if (recipient === undefined) throw new Error('no recipient');
    const changed = { ...recipient, keyEncryption: { oid: '1.2.3', parameters: undefined } };
    expect(() =>
      openEnvelopedData(envelope, changed, contentCipher('aes128'), keyTransport),
    ).toThrow(UnsupportedAlgorithmError);
  });
});
