import { constants, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { derContext, derInteger, derNull, derSequence } from '../../../src/asn1/write-der.ts';
import { derAlgorithmIdentifier } from '../../../src/x509/algorithm-identifier.ts';
import { signatureDigest } from '../../../src/x509/signature-algorithms.ts';
import { UnsupportedAlgorithmError } from '../../../src/x509/unsupported-algorithm-error.ts';
import { verifySignature } from '../../../src/x509/verify-signature.ts';
import { ecKeyPair, rsaKeyPair } from '../../support/keys/sample-keys.ts';

const rsa = rsaKeyPair();
const ec = ecKeyPair();
const message = Buffer.from('to be signed');

function pssParameters(digestOid: string, saltLength: number, maskDigestOid = digestOid) {
  const mask = derAlgorithmIdentifier(OID.mgf1, derAlgorithmIdentifier(maskDigestOid, derNull()));
  return derSequence(
    derContext(0, derAlgorithmIdentifier(digestOid, derNull())),
    derContext(1, mask),
    derContext(2, derInteger(saltLength)),
  );
}

describe('verifySignature', () => {
  it.each([
    [OID.md5WithRsa, 'md5', rsa],
    [OID.sha1WithRsa, 'sha1', rsa],
    [OID.sha256WithRsa, 'sha256', rsa],
    [OID.sha384WithRsa, 'sha384', rsa],
    [OID.sha512WithRsa, 'sha512', rsa],
    [OID.ecdsaWithSha1, 'sha1', ec],
    [OID.ecdsaWithSha256, 'sha256', ec],
    [OID.ecdsaWithSha384, 'sha384', ec],
    [OID.ecdsaWithSha512, 'sha512', ec],
  ])('verifies %s (%s)', (oid, digest, { publicKey, privateKey }) => {
    const algorithm = { oid, parameters: undefined };
    const signature = sign(digest, message, privateKey);
    expect(signatureDigest(algorithm)).toBe(digest);
    expect(verifySignature(algorithm, publicKey, message, signature)).toBe(true);
    expect(verifySignature(algorithm, publicKey, Buffer.from('other'), signature)).toBe(false);
    expect(verifySignature(algorithm, publicKey, message, signature.subarray(1))).toBe(false);
  });

  it.each([
    [OID.sha256, 'sha256', 32],
    [OID.sha384, 'sha384', 48],
    [OID.sha512, 'sha512', 20],
  ])('verifies RSASSA-PSS with %s (%s, salt of %d)', (digestOid, digest, saltLength) => {
    const algorithm = { oid: OID.rsassaPss, parameters: pssParameters(digestOid, saltLength) };
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signature = sign(digest, message, { key: rsa.privateKey, padding, saltLength });
    expect(signatureDigest(algorithm)).toBe(digest);
    expect(verifySignature(algorithm, rsa.publicKey, message, signature)).toBe(true);
    const otherSalt = { oid: OID.rsassaPss, parameters: pssParameters(digestOid, saltLength - 1) };
    expect(verifySignature(otherSalt, rsa.publicKey, message, signature)).toBe(false);
  });

  it('returns false when the key is of another type than the algorithm', () => {
    const algorithm = { oid: OID.sha256WithRsa, parameters: undefined };
    expect(verifySignature(algorithm, ec.publicKey, message, Buffer.alloc(70))).toBe(false);
  });

  it.each([
    ['rsaEncryption, which is no signature algorithm here', OID.rsaEncryption, derNull()],
    ['an unknown one', '1.2.3', undefined],
    ['RSASSA-PSS without parameters', OID.rsassaPss, undefined],
    ['RSASSA-PSS with SHA-1', OID.rsassaPss, pssParameters(OID.sha1, 20)],
    ['RSASSA-PSS with two digests', OID.rsassaPss, pssParameters(OID.sha256, 32, OID.sha512)],
  ])('does not support %s', (_, oid, parameters) => {
    const verifying = () => verifySignature({ oid, parameters }, rsa.publicKey, message, message);
    expect(verifying).toThrow(UnsupportedAlgorithmError);
  });

  it('refuses a salt longer than any digest', () => {
    const parameters = pssParameters(OID.sha256, 65);
    expect(readBer(parameters).children).toHaveLength(3);
    expect(() => signatureDigest({ oid: OID.rsassaPss, parameters })).toThrow(DecodeError);
  });
});
