import { createHash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { equalBytes } from '../asn1/equal-bytes.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { readBer } from '../asn1/read-ber.ts';
import { derOctetString, derOid, derSetOf } from '../asn1/write-der.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import {
  type DigestAlgorithm,
  type DigestName,
  findDigestByOid,
  signatureDigest,
} from '../x509/signature-algorithms.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import { verifySignature } from '../x509/verify-signature.ts';
import type { SignedData, SignerInfo } from './parse-signed-data.ts';

/**
 * Whether `signer` signed the content with the private half of `publicKey` (RFC 5652 sections 5.4
 * and 5.6). Signed attributes are required: contentType and messageDigest must each occur once and
 * match the content.
 * @throws UnsupportedAlgorithmError for an unsupported digest or signature algorithm
 */
export function verifySignedData(
  { content, contentType }: SignedData,
  signer: SignerInfo,
  publicKey: KeyObject,
): boolean {
  const digest = contentDigest(signer);
  const algorithm = signatureAlgorithm(signer.signatureAlgorithm, digest);
  const claimedType = singleValue(signer, OID.contentType);
  const claimedDigest = singleValue(signer, OID.messageDigest);
  if (claimedType === undefined || claimedDigest === undefined) return false;
  const actualDigest = createHash(digest.name)
    .update(content ?? Buffer.alloc(0))
    .digest();
  const contentAgrees =
    equalBytes(claimedType, derOid(contentType)) &&
    equalOctets(claimedDigest, derOctetString(actualDigest));
  return contentAgrees && signatureHolds(signer, algorithm, publicKey);
}

/**
 * The digests that a signature relies on: the one over the content, and the one of the signature
 * algorithm, which may differ. Throws like `verifySignedData`.
 */
export function signerDigests(
  signer: Pick<SignerInfo, 'digestAlgorithm' | 'signatureAlgorithm'>,
): readonly [content: DigestName, signature: DigestName] {
  const digest = contentDigest(signer);
  return [digest.name, signatureDigest(signatureAlgorithm(signer.signatureAlgorithm, digest))];
}

function contentDigest({ digestAlgorithm }: Pick<SignerInfo, 'digestAlgorithm'>): DigestAlgorithm {
  const digest = findDigestByOid(digestAlgorithm.oid);
  if (digest === undefined) throw new UnsupportedAlgorithmError(digestAlgorithm.oid);
  return digest;
}

/**
 * A SignerInfo may identify only the key type, as most SCEP clients do, or digest and key type
 * together.
 */
function signatureAlgorithm(
  named: AlgorithmIdentifier,
  { withRsaOid, withEcdsaOid }: DigestAlgorithm,
): AlgorithmIdentifier {
  if (named.oid === OID.rsaEncryption) return { oid: withRsaOid, parameters: undefined };
  if (named.oid !== OID.ecPublicKey || withEcdsaOid === undefined) return named;
  return { oid: withEcdsaOid, parameters: undefined };
}

/**
 * Verifies over the attributes as received, then over their DER order: some clients send the SET in
 * one order and sign it in the other.
 */
function signatureHolds(
  { signature, signedAttributesDer }: SignerInfo,
  algorithm: AlgorithmIdentifier,
  publicKey: KeyObject,
): boolean {
  if (verifySignature(algorithm, publicKey, signedAttributesDer, signature)) return true;
  const sorted = derSetOf(readBer(signedAttributesDer).children.map(({ bytes }) => bytes));
  return (
    !equalBytes(sorted, signedAttributesDer) &&
    verifySignature(algorithm, publicKey, sorted, signature)
  );
}

function singleValue({ signedAttributes }: SignerInfo, oid: string): Uint8Array | undefined {
  const matches = signedAttributes.filter((attribute) => attribute.oid === oid);
  const [match] = matches;
  return matches.length === 1 && match?.values.length === 1 ? match.values[0] : undefined;
}

function equalOctets(claimed: Uint8Array, actual: Uint8Array): boolean {
  return claimed.length === actual.length && timingSafeEqual(claimed, actual);
}
