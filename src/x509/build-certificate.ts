import type { KeyObject } from 'node:crypto';
import { derBitString, derContext, derInteger, derSequence, derTime } from '../asn1/write-der.ts';
import { derExtensions, type Extension } from './extensions.ts';
import {
  createSigner,
  derSigningAlgorithm,
  type Signer,
  type SigningAlgorithm,
} from './signing-algorithm.ts';

/** The fields of a v3 certificate (RFC 5280 section 4.1.2). */
export interface CertificateFields {
  /** Big-endian magnitude, 1 to 20 octets, not zero. */
  readonly serialNumber: Uint8Array;
  readonly signingAlgorithm: SigningAlgorithm;
  /** Name, DER. */
  readonly issuer: Uint8Array;
  /** Written in whole seconds, like `notAfter`. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Name, DER. */
  readonly subject: Uint8Array;
  /** DER. */
  readonly subjectPublicKeyInfo: Uint8Array;
  /** In this order in the certificate. */
  readonly extensions: readonly Extension[];
}

const VERSION_3 = 2;

/** The DER of a TBSCertificate, which the issuer signs. */
export function derTbsCertificate(fields: CertificateFields): Uint8Array {
  return derSequence(
    derContext(0, derInteger(VERSION_3)),
    derInteger(fields.serialNumber),
    derSigningAlgorithm(fields.signingAlgorithm),
    fields.issuer,
    derSequence(derTime(fields.notBefore), derTime(fields.notAfter)),
    fields.subject,
    fields.subjectPublicKeyInfo,
    ...(fields.extensions.length > 0 ? [derContext(3, derExtensions(fields.extensions))] : []),
  );
}

/** Builds and signs a certificate and returns its DER. `sign` uses the issuer's key. */
export function signCertificate(fields: CertificateFields, sign: Signer): Uint8Array {
  const tbs = derTbsCertificate(fields);
  return derSigned(tbs, fields.signingAlgorithm, sign(tbs));
}

/**
 * The signed form that certificates, requests and CRLs share: the signed bytes, the algorithm and
 * the signature.
 */
export function derSigned(
  signedBytes: Uint8Array,
  algorithm: SigningAlgorithm,
  signature: Uint8Array,
): Uint8Array {
  return derSequence(signedBytes, derSigningAlgorithm(algorithm), derBitString(signature));
}

export interface SelfSignedFields
  extends Omit<CertificateFields, 'issuer' | 'subjectPublicKeyInfo'> {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/**
 * The DER of a certificate that a key issues to itself, such as the transient certificate of a SCEP
 * client (RFC 8894 section 2.3).
 */
export function buildSelfSignedCertificate(fields: SelfSignedFields): Uint8Array {
  const { publicKey, privateKey, ...rest } = fields;
  return signCertificate(
    {
      ...rest,
      issuer: fields.subject,
      subjectPublicKeyInfo: publicKey.export({ format: 'der', type: 'spki' }),
    },
    createSigner(privateKey, fields.signingAlgorithm),
  );
}
