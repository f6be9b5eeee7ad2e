import { createHash, type KeyObject, sign } from 'node:crypto';
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
import {
  type DigestAlgorithm,
  type DigestName,
  digestAlgorithm,
} from '../x509/signature-algorithms.ts';
import { derIssuerAndSerialNumber } from './entity-identifier.ts';

export interface SignedDataSigner {
  readonly certificate: Certificate;
  /** RSA or EC. */
  readonly privateKey: KeyObject;
  readonly digest: DigestName;
}

/**
 * A ContentInfo with SignedData of one signer, DER. `content` becomes one primitive OCTET STRING,
 * even when it is empty. `attributes` (each a whole Attribute, DER) are signed along with
 * contentType and messageDigest.
 * @throws RangeError when no signature algorithm exists for the digest and the key
 */
export function buildSignedData(
  content: Uint8Array,
  signer: SignedDataSigner,
  attributes: readonly Uint8Array[],
): Uint8Array {
  const digest = digestAlgorithm(signer.digest);
  const digestIdentifier = derAlgorithmIdentifier(digest.oid, derNull());
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
    digestIdentifier,
    withTag(0xa0, signedAttributes),
    signatureAlgorithm(digest, signer.privateKey),
    derOctetString(sign(signer.digest, signedAttributes, signer.privateKey)),
  );
  return derContentInfo(
    OID.signedData,
    derSequence(
      derInteger(1),
      derSet(digestIdentifier),
      derSequence(derOid(OID.data), derContext(0, derOctetString(content))),
      derContext(0, signer.certificate.der),
      derSet(signerInfo),
    ),
  );
}

/** RSA keys use plain rsaEncryption, because strongSwan accepts nothing else. */
function signatureAlgorithm({ name, withEcdsaOid }: DigestAlgorithm, key: KeyObject): Uint8Array {
  if (key.asymmetricKeyType === 'rsa') return derAlgorithmIdentifier(OID.rsaEncryption, derNull());
  if (key.asymmetricKeyType !== 'ec' || withEcdsaOid === undefined) {
    throw new RangeError(`no signature algorithm joins ${name} with such a key`);
  }
  return derAlgorithmIdentifier(withEcdsaOid);
}

/**
 * A degenerate SignedData, DER: certificates in the given order, CRLs if any, no content and no
 * signers (RFC 8894 section 3.4). The certificates are not sorted, because several clients take the
 * first one as theirs.
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
