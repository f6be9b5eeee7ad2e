import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derSequence } from '../../../src/asn1/write-der.ts';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { Refusal, type RefusalReason } from '../../../src/scep/refusal.ts';
import { verifyPkiRequest } from '../../../src/scep/verify-pki-request.ts';
import { buildSelfSignedCertificate } from '../../../src/x509/build-certificate.ts';
import { derName } from '../../../src/x509/distinguished-name.ts';
import {
  type Forgery,
  forgePkiMessage,
  goldenEnvelope,
  requestAttributes,
} from '../../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';
import { refusalOf } from '../../support/scep-messages/refusal-of.ts';

const device = goldenIdentity('renewing-device');
const content = goldenEnvelope();
const EVERYTHING = {
  allowSingleDes: true,
  allowSha1: true,
  allowMd5: true,
  allowRsa1024: true,
};

const verify = (forgery: Forgery, policy = MODERN_ALGORITHMS) =>
  verifyPkiRequest(readPkiRequest(forgePkiMessage({ content, ...forgery })), policy);

function reasonOf(forgery: Forgery, policy = MODERN_ALGORITHMS): RefusalReason {
  return refusalOf(() => verify(forgery, policy)).reason;
}

it('returns the key that signed, and the digest', () => {
  const verified = verify({ digest: 'sha384' });
  expect(verified.digest).toBe('sha384');
  expect(verified.signerKey.equals(device.publicKey)).toBe(true);
  expect(Buffer.compare(verified.signerCertificate.der, device.certificate.der)).toBe(0);
});

describe('the policy determines the digests:', () => {
  it.each(['sha256', 'sha384', 'sha512'] as const)('%s is always accepted', (digest) => {
    expect(verify({ digest }).digest).toBe(digest);
  });

  it.each([
    ['sha1', 'allowSha1', OID.sha1WithRsa],
    ['md5', 'allowMd5', OID.md5WithRsa],
  ] as const)(
    '%s is accepted only with %s, even if only the signature uses it',
    (digest, option, withRsa) => {
      const allowed = { ...MODERN_ALGORITHMS, [option]: true };
      const forbidden = { ...EVERYTHING, [option]: false };
      expect(verify({ digest }, allowed).digest).toBe(digest);
      expect(reasonOf({ digest }, forbidden)).toBe('algorithm-not-allowed');
      expect(reasonOf({ digest, signatureOid: withRsa }, forbidden)).toBe('algorithm-not-allowed');
      expect(reasonOf({ digest: 'sha256', signatureOid: withRsa }, forbidden)).toBe(
        'algorithm-not-allowed',
      );
    },
  );

  it.each([
    [{ digestOid: '2.16.840.1.101.3.4.2.4' }],
    [{ signatureOid: '1.2.840.113549.1.1.14' }],
    [{ signatureOid: OID.rsassaPss }],
  ])('%j is unsupported under any policy', (forgery) => {
    expect(reasonOf(forgery, EVERYTHING)).toBe('algorithm-unsupported');
  });
});

describe('refuses with message-check and one text', () => {
  const others = requestAttributes(Buffer.from('another content'));

  it.each<[string, Forgery]>([
    ['a missing certificate', { certificates: [] }],
    ['only the certificate of another', { certificates: [goldenIdentity('ra').certificate.der] }],
    ['the signature of another', { signerKey: goldenIdentity('ra').privateKey }],
    ['no signature', { signature: new Uint8Array() }],
    ['attributes of another content', { attributes: Object.values(others) }],
    ['an absent content', { content: null, attributes: Object.values(others) }],
  ])('%s', (_, forgery) => {
    const refusal = refusalOf(() => verify(forgery));
    expect(refusal.reason).toBe('message-check');
    expect(refusal.text).toBe(new Refusal('message-check').text);
  });
});

describe('the key of the signer', () => {
  const validity = { notBefore: new Date(0), notAfter: new Date(2e12) };
  const fields = { serialNumber: Buffer.of(5), subject: derName([]), extensions: [], ...validity };
  const serial = derSequence(derName([]), Buffer.of(2, 1, 5));

  it('RSA: the reply goes by key transport', () => {
    expect(verify({}).replyBy).toBe('key-transport');
  });

  const CURVES = ['prime256v1', 'secp384r1', 'secp521r1'] as const;
  const SIGNATURES = [
    ['sha256', OID.ecdsaWithSha256],
    ['sha384', OID.ecdsaWithSha384],
    ['sha512', OID.ecdsaWithSha512],
    ['sha256', OID.ecPublicKey],
    ['sha512', OID.ecPublicKey],
  ] as const;

  describe.each(CURVES)('EC on %s: the reply goes by password', (namedCurve) => {
    const keys = generateKeyPairSync('ec', { namedCurve });
    const signingAlgorithm = 'SHA256WITHECDSA';
    const forgery: Forgery = {
      certificates: [buildSelfSignedCertificate({ ...fields, ...keys, signingAlgorithm })],
      signerIdentifier: serial,
      signerKey: keys.privateKey,
    };

    it.each(SIGNATURES)('verifies %s with %s', (digest, signatureOid) => {
      const verified = verify({ ...forgery, digest, signatureOid });
      expect(verified.replyBy).toBe('password');
      expect(verified.digest).toBe(digest);
      expect(verified.signerKey.equals(keys.publicKey)).toBe(true);
    });

    it('accepts SHA-1 only if the policy does, and never MD5', () => {
      const sha1 = { ...forgery, digest: 'sha1', signatureOid: OID.ecPublicKey } as const;
      expect(reasonOf(sha1)).toBe('algorithm-not-allowed');
      expect(reasonOf({ ...sha1, signatureOid: OID.ecdsaWithSha1 })).toBe('algorithm-not-allowed');
      expect(verify(sha1, EVERYTHING).digest).toBe('sha1');
      expect(reasonOf({ ...sha1, digest: 'md5' }, EVERYTHING)).toBe('algorithm-unsupported');
    });

    it('refuses a wrong signature, and one that claims to be RSA', () => {
      const signature = Buffer.alloc(70, 1);
      const signatureOid = OID.ecdsaWithSha256;
      expect(reasonOf({ ...forgery, signatureOid, signature })).toBe('message-check');
      expect(reasonOf({ ...forgery, signatureOid: OID.rsaEncryption })).toBe('message-check');
      expect(reasonOf({ signatureOid: OID.ecPublicKey })).toBe('message-check');
    });
  });

  it('EC on another curve is not supported', () => {
    const keys = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    const der = buildSelfSignedCertificate({
      ...fields,
      ...keys,
      signingAlgorithm: 'SHA256WITHECDSA',
    });
    const forgery = { certificates: [der], signerIdentifier: serial, signerKey: keys.privateKey };
    expect(reasonOf({ ...forgery, signatureOid: OID.ecdsaWithSha256 })).toBe(
      'signer-key-unsupported',
    );
  });

  it.each([1024, 2040])('RSA of %i bits is accepted only with allowRsa1024', (modulusLength) => {
    const keys = generateKeyPairSync('rsa', { modulusLength });
    const der = buildSelfSignedCertificate({
      ...fields,
      ...keys,
      signingAlgorithm: 'SHA256WITHRSA',
    });
    const forgery = { certificates: [der], signerIdentifier: serial, signerKey: keys.privateKey };
    const refusal = refusalOf(() => verify(forgery));
    expect(refusal.reason).toBe('signer-key-unsupported');
    expect(refusal.text).toContain(`RSA of ${modulusLength} bits`);
    const { signerKey } = verify(forgery, { ...MODERN_ALGORITHMS, allowRsa1024: true });
    expect(signerKey.equals(keys.publicKey)).toBe(true);
  });
});
