import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derNull, derOctetString } from '../../../src/asn1/write-der.ts';
import { contentCipher } from '../../../src/cms/content-ciphers.ts';
import { parseEnvelopedData } from '../../../src/cms/parse-enveloped-data.ts';
import { derivePasswordKey, passwordEncryption } from '../../../src/cms/password-recipient.ts';
import { sealEnvelopedData } from '../../../src/cms/seal-enveloped-data.ts';
import { derAlgorithmIdentifier } from '../../../src/x509/algorithm-identifier.ts';
import { UnsupportedAlgorithmError } from '../../../src/x509/unsupported-algorithm-error.ts';
import { asn1Lines, runOpenssl } from '../../support/clients/run-openssl.ts';

const PASSWORD = '0a1b2c3d-4e5f-4678-9abc-def012345678';
const NAMES = ['aes128', 'aes192', 'aes256', '3des', 'des'] as const;
const content = Buffer.from('a certificate, say');
const passwordKey = await derivePasswordKey(PASSWORD, randomBytes);
const seal = (name: (typeof NAMES)[number] = 'aes128') =>
  sealEnvelopedData(content, { passwordKey }, contentCipher(name), randomBytes);

it.each(NAMES)('openssl decrypts what is encrypted by a password with %s', (name) => {
  const decrypted = runOpenssl(
    [
      ...['cms', '-decrypt', '-provider', 'legacy', '-provider', 'default', '-binary'],
      ...['-inform', 'DER', '-pwri_password', PASSWORD],
    ],
    seal(name),
  );
  expect(decrypted).toEqual(content);
});

it('openssl does not decrypt it with another password', () => {
  expect(() =>
    runOpenssl(['cms', '-decrypt', '-inform', 'DER', '-pwri_password', 'another'], seal()),
  ).toThrow(/exit code/);
});

it('writes EnvelopedData of version 3 with a PasswordRecipientInfo of version 0', () => {
  // Fixed, because openssl prints random octets that are printable as text.
  const octets = (length: number) => Buffer.alloc(length, 0xa5);
  const derivation = { ...passwordKey.derivation, salt: octets(16) };
  const key = { passwordKey: { ...passwordKey, derivation } };
  const sealed = sealEnvelopedData(content, key, contentCipher('aes128'), octets);
  const lines = asn1Lines(sealed).filter((line) => !/d=1\d/.test(line));
  expect(lines.map((line) => line.replace(/(\[HEX DUMP\]):[0-9A-F]+$/, '$1'))).toEqual([
    'd=0 cons: SEQUENCE',
    'd=1 prim: OBJECT            :pkcs7-envelopedData',
    'd=1 cons: cont [ 0 ]',
    'd=2 cons: SEQUENCE',
    'd=3 prim: INTEGER           :03',
    'd=3 cons: SET',
    'd=4 cons: cont [ 3 ]',
    'd=5 prim: INTEGER           :00',
    'd=5 cons: cont [ 0 ]',
    'd=6 prim: OBJECT            :PBKDF2',
    'd=6 cons: SEQUENCE',
    'd=7 prim: OCTET STRING      [HEX DUMP]',
    'd=7 prim: INTEGER           :2710',
    'd=7 cons: SEQUENCE',
    'd=8 prim: OBJECT            :hmacWithSHA256',
    'd=8 prim: NULL',
    'd=5 cons: SEQUENCE',
    'd=6 prim: OBJECT            :id-alg-PWRI-KEK',
    'd=6 cons: SEQUENCE',
    'd=7 prim: OBJECT            :aes-256-cbc',
    'd=7 prim: OCTET STRING      [HEX DUMP]',
    'd=5 prim: OCTET STRING      [HEX DUMP]',
    'd=3 cons: SEQUENCE',
    'd=4 prim: OBJECT            :pkcs7-data',
    'd=4 cons: SEQUENCE',
    'd=5 prim: OBJECT            :aes-128-cbc',
    'd=5 prim: OCTET STRING      [HEX DUMP]',
    'd=4 prim: cont [ 0 ]',
  ]);
});

it('the derived key contains no password, and two keys of one password differ', async () => {
  const other = await derivePasswordKey(PASSWORD, randomBytes);
  expect(JSON.stringify(other)).not.toContain(PASSWORD);
  expect(Buffer.from(other.key).equals(passwordKey.key)).toBe(false);
  expect(other.derivation.salt).toHaveLength(16);
});

describe('its unencrypted part', () => {
  const [recipient] = parseEnvelopedData(seal()).passwordRecipients;
  if (recipient === undefined) throw new Error('no recipient');
  const wrapping = (oid: string, ivLength: number) => ({
    ...recipient,
    keyEncryption: {
      oid: OID.pwriKek,
      parameters: derAlgorithmIdentifier(oid, derOctetString(Buffer.alloc(ivLength))),
    },
  });

  it('is read back', () => {
    const { derivation, cipher, iv } = passwordEncryption(recipient);
    expect(derivation).toEqual(passwordKey.derivation);
    expect(cipher.name).toBe('aes256');
    expect(iv).toHaveLength(16);
  });

  it('must not be single DES, RC2, or another way to wrap', () => {
    for (const oid of [OID.desCbc, '1.2.840.113549.3.2']) {
      expect(() => passwordEncryption(wrapping(oid, 8))).toThrow(UnsupportedAlgorithmError);
    }
    const aesWrap = { oid: '2.16.840.1.101.3.4.1.45', parameters: undefined };
    expect(() => passwordEncryption({ ...recipient, keyEncryption: aesWrap })).toThrow(
      UnsupportedAlgorithmError,
    );
  });

  it.each([
    ['no derivation', { ...recipient, keyDerivation: undefined }],
    ['an initialisation vector too short', wrapping(OID.aes128Cbc, 8)],
    ['no cipher', { ...recipient, keyEncryption: { oid: OID.pwriKek, parameters: undefined } }],
    ['NULL for it', { ...recipient, keyEncryption: { oid: OID.pwriKek, parameters: derNull() } }],
  ])('must not be %s', (_, changed) => {
    expect(() => passwordEncryption(changed)).toThrow(DecodeError);
  });
});
