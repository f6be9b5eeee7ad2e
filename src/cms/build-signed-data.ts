import type { KeyObject } from 'node:crypto';
import { createHash, sign } from 'node:crypto';
import { OID } from '../asn1/object-identifiers.ts';
import {
  derContext,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSet,
  derSetOf,
} from '../asn1/write-der.ts';
import { derAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import type { DigestName } from '../x509/signature-algorithms.ts';
import { digestOid } from './digest-algorithms.ts';
import { derIssuerAndSerialNumber } from './entity-identifier.ts';

export interface SignedDataSigner {
  readonly certificate: Certificate;
  /** An RSA private key. */
  readonly privateKey: KeyObject;
  readonly digest: DigestName;
}

/**
 * A ContentInfo with SignedData of one signer, DER. `content` becomes one primitive OCTET STRING, also when it is empty;
 * `attributes` (each a whole Attribute, DER) join contentType and messageDigest. The signature
 * algorithm is written as plain rsaEncryption: strongSwan accepts no other (protocol fact 7).
 */
export function buildSignedData(
  content: Uint8Array,
  signer: SignedDataSigner,
  attributes: readonly Uint8Array[],
): Uint8Array {
  const digestAlgorithm = derAlgorithmIdentifier(digestOid(signer.digest), derNull());
  const signedAttributes = derSetOf([
    derAttribute(OID.contentType, derOid(OID.data)),
    derAttribute(
      OID.messageDigest,
      derOctetString(createHash(signer.digest).update(content).digest()),
    ),
    ...attributes,
  ]);
  const signerInfo = derSequence(
    derInteger(1),
    derIssuerAndSerialNumber(signer.certificate),
    digestAlgorithm,
    withTag(0xa0, signedAttributes),
    derAlgorithmIdentifier(OID.rsaEncryption, derNull()),
    derOctetString(sign(signer.digest, signedAttributes, signer.privateKey)),
  );
  return derContentInfo(
    OID.signedData,
    derSequence(
      derInteger(1),
      derSet(digestAlgorithm),
      derSequence(derOid(OID.data), derContext(0, derOctetString(content))),
      derContext(0, signer.certificate.der),
      derSet(signerInfo),
    ),
  );
}

/**
 * A degenerate SignedData, DER: certificates in the given order, and CRLs if any; no content, no signers (RFC 8894 section
 * 3.4). The set is not sorted: several clients take the first certificate for their own (protocol fact 4).
 */
export function buildDegenerateSignedData(
  certificates: readonly Uint8Array[],
  crls: readonly Uint8Array[] = [],
): Uint8Array {
  return derContentInfo(
    OID.signedData,
    derSequence(
      derInteger(1),
      derSet(),
      derSequence(derOid(OID.data)),
      ...(certificates.length > 0 ? [derContext(0, ...certificates)] : []),
      ...(crls.length > 0 ? [derContext(1, ...crls)] : []),
      derSet(),
    ),
  );
}

export function derContentInfo(contentType: string, content: Uint8Array): Uint8Array {
  return derSequence(derOid(contentType), derContext(0, content));
}

/** Attribute with one value (RFC 5652 section 5.3). */
export function derAttribute(oid: string, value: Uint8Array): Uint8Array {
  return derSequence(derOid(oid), derSet(value));
}

function withTag(tag: number, element: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.of(tag), element.subarray(1)]);
}
