import { DecodeError } from '../asn1/decode-error.ts';
import { hasContextTag } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { UnsupportedAlgorithmError } from './unsupported-algorithm-error.ts';

export type DigestName = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** A digest and the algorithms that build on it. */
export interface DigestAlgorithm {
  /** Also its name in node:crypto. */
  readonly name: DigestName;
  readonly oid: string;
  /** Octets. */
  readonly length: number;
  /** The signature algorithm of this digest with RSA, PKCS #1 v1.5. */
  readonly withRsaOid: string;
  readonly withEcdsaOid?: string;
  /** HMAC with this digest, as the pseudo-random function of PBKDF2 (RFC 8018 appendix B.1.2). */
  readonly hmacOid?: string;
  /** The legacy word with which a connector allows it; without one it is always accepted. */
  readonly legacy?: 'md5' | 'sha1';
  /** Its keyword in GetCACaps (RFC 8894 section 3.5.2), if it has one. */
  readonly capability?: string;
}

/** All supported digests. */
export const DIGEST_ALGORITHMS: readonly DigestAlgorithm[] = [
  { name: 'md5', oid: OID.md5, length: 16, withRsaOid: OID.md5WithRsa, legacy: 'md5' },
  {
    ...{ name: 'sha1', oid: OID.sha1, length: 20, legacy: 'sha1', capability: 'SHA-1' },
    ...{ withRsaOid: OID.sha1WithRsa, withEcdsaOid: OID.ecdsaWithSha1, hmacOid: OID.hmacWithSha1 },
  },
  {
    ...{ name: 'sha256', oid: OID.sha256, length: 32, capability: 'SHA-256' },
    withRsaOid: OID.sha256WithRsa,
    withEcdsaOid: OID.ecdsaWithSha256,
    hmacOid: OID.hmacWithSha256,
  },
  {
    ...{ name: 'sha384', oid: OID.sha384, length: 48, capability: 'SHA-384' },
    withRsaOid: OID.sha384WithRsa,
    withEcdsaOid: OID.ecdsaWithSha384,
    hmacOid: OID.hmacWithSha384,
  },
  {
    ...{ name: 'sha512', oid: OID.sha512, length: 64, capability: 'SHA-512' },
    withRsaOid: OID.sha512WithRsa,
    withEcdsaOid: OID.ecdsaWithSha512,
    hmacOid: OID.hmacWithSha512,
  },
];

/** Undefined for an unsupported digest. @param oid dotted */
export function findDigestByOid(oid: string): DigestAlgorithm | undefined {
  return DIGEST_ALGORITHMS.find((digest) => digest.oid === oid);
}

export function digestAlgorithm(name: DigestName): DigestAlgorithm {
  return DIGEST_ALGORITHMS.find((digest) => digest.name === name) as DigestAlgorithm;
}

/** How to make and check a signature. */
export interface SignatureScheme {
  readonly kind: 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa';
  readonly digest: DigestName;
  /** Octets; only for rsa-pss. */
  readonly saltLength?: number;
}

const SCHEMES: ReadonlyMap<string, SignatureScheme> = new Map(
  DIGEST_ALGORITHMS.flatMap(({ name, withRsaOid, withEcdsaOid }): [string, SignatureScheme][] => [
    [withRsaOid, { kind: 'rsa-pkcs1', digest: name }],
    ...(withEcdsaOid === undefined
      ? []
      : [[withEcdsaOid, { kind: 'ecdsa', digest: name }] satisfies [string, SignatureScheme]]),
  ]),
);

const MAX_SALT_OCTETS = 64;

/**
 * The scheme that a signatureAlgorithm of a certificate or request identifies. rsaEncryption, which
 * CMS writes there, is not one.
 * @throws UnsupportedAlgorithmError when it is not in the table; DecodeError when RSASSA-PSS-params
 *   are malformed
 */
export function signatureScheme(algorithm: AlgorithmIdentifier): SignatureScheme {
  if (algorithm.oid === OID.rsassaPss) return pssScheme(algorithm.parameters);
  const scheme = SCHEMES.get(algorithm.oid);
  if (scheme === undefined) throw new UnsupportedAlgorithmError(algorithm.oid);
  return scheme;
}

/**
 * The digest of a signature algorithm, so that policy can refuse the weak ones. Throws like
 * `signatureScheme`.
 */
export function signatureDigest(algorithm: AlgorithmIdentifier): DigestName {
  return signatureScheme(algorithm).digest;
}

/**
 * RSASSA-PSS-params (RFC 4055 section 3.1) without legacy digests. SHA-1 is the default, so the
 * first three fields must be present.
 */
function pssScheme(parameters: Uint8Array | undefined): SignatureScheme {
  if (parameters === undefined) throw new UnsupportedAlgorithmError(OID.rsassaPss);
  const fields = readBer(parameters).children;
  const hash = readAlgorithmIdentifier(pssField(fields, 0));
  const mask = readAlgorithmIdentifier(pssField(fields, 1));
  const digest = findDigestByOid(hash.oid);
  const maskHash = mask.parameters && readAlgorithmIdentifier(readBer(mask.parameters)).oid;
  if (digest === undefined || digest.legacy !== undefined) {
    throw new UnsupportedAlgorithmError(hash.oid);
  }
  if (mask.oid !== OID.mgf1 || maskHash !== hash.oid) {
    throw new UnsupportedAlgorithmError(OID.rsassaPss);
  }
  const salt = pssField(fields, 2).content;
  const saltLength = salt[0] ?? MAX_SALT_OCTETS + 1;
  if (salt.length !== 1 || saltLength > MAX_SALT_OCTETS) {
    throw new DecodeError('the salt length of RSASSA-PSS is out of range');
  }
  return { kind: 'rsa-pss', digest: digest.name, saltLength };
}

function pssField(fields: readonly BerElement[], number: number): BerElement {
  const field = fields.find((each) => hasContextTag(each, number));
  const value = field?.children[0];
  if (value === undefined) throw new UnsupportedAlgorithmError(OID.rsassaPss);
  return value;
}
