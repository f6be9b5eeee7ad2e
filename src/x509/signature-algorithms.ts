import { DecodeError } from '../asn1/decode-error.ts';
import { OID } from '../asn1/object-identifiers.ts';
import type { BerElement } from '../asn1/read-ber.ts';
import { readBer } from '../asn1/read-ber.ts';
import type { AlgorithmIdentifier } from './algorithm-identifier.ts';
import { readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { UnsupportedAlgorithmError } from './unsupported-algorithm-error.ts';

export type DigestName = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** How a signature is made and checked. */
export interface SignatureScheme {
  readonly kind: 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa';
  readonly digest: DigestName;
  /** Octets; only of rsa-pss. */
  readonly saltLength?: number;
}

const SCHEMES: Readonly<Record<string, SignatureScheme>> = {
  [OID.md5WithRsa]: { kind: 'rsa-pkcs1', digest: 'md5' },
  [OID.sha1WithRsa]: { kind: 'rsa-pkcs1', digest: 'sha1' },
  [OID.sha256WithRsa]: { kind: 'rsa-pkcs1', digest: 'sha256' },
  [OID.sha384WithRsa]: { kind: 'rsa-pkcs1', digest: 'sha384' },
  [OID.sha512WithRsa]: { kind: 'rsa-pkcs1', digest: 'sha512' },
  [OID.ecdsaWithSha1]: { kind: 'ecdsa', digest: 'sha1' },
  [OID.ecdsaWithSha256]: { kind: 'ecdsa', digest: 'sha256' },
  [OID.ecdsaWithSha384]: { kind: 'ecdsa', digest: 'sha384' },
  [OID.ecdsaWithSha512]: { kind: 'ecdsa', digest: 'sha512' },
};

const PSS_DIGESTS: Readonly<Record<string, DigestName>> = {
  [OID.sha256]: 'sha256',
  [OID.sha384]: 'sha384',
  [OID.sha512]: 'sha512',
};

const MAX_SALT_OCTETS = 64;

/**
 * The scheme that a signatureAlgorithm of a certificate or request names. rsaEncryption, which CMS writes there, is none.
 * @throws UnsupportedAlgorithmError when it is not in the table; DecodeError when RSASSA-PSS-params are malformed.
 */
export function signatureScheme(algorithm: AlgorithmIdentifier): SignatureScheme {
  if (algorithm.oid === OID.rsassaPss) return pssScheme(algorithm.parameters);
  const scheme = Object.hasOwn(SCHEMES, algorithm.oid) ? SCHEMES[algorithm.oid] : undefined;
  if (scheme === undefined) throw new UnsupportedAlgorithmError(algorithm.oid);
  return scheme;
}

/** The digest of a signature algorithm, so that policy can refuse the weak ones. Throws like `signatureScheme`. */
export function signatureDigest(algorithm: AlgorithmIdentifier): DigestName {
  return signatureScheme(algorithm).digest;
}

/** RSASSA-PSS-params (RFC 4055 section 3.1). The defaults are all SHA-1, so the first three must be there. */
function pssScheme(parameters: Uint8Array | undefined): SignatureScheme {
  if (parameters === undefined) throw new UnsupportedAlgorithmError(OID.rsassaPss);
  const fields = readBer(parameters).children;
  const hash = readAlgorithmIdentifier(pssField(fields, 0));
  const mask = readAlgorithmIdentifier(pssField(fields, 1));
  const digest = PSS_DIGESTS[hash.oid];
  const maskHash = mask.parameters && readAlgorithmIdentifier(readBer(mask.parameters)).oid;
  if (digest === undefined || mask.oid !== OID.mgf1 || maskHash !== hash.oid) {
    throw new UnsupportedAlgorithmError(digest === undefined ? hash.oid : OID.rsassaPss);
  }
  const salt = pssField(fields, 2).content;
  const saltLength = salt[0] ?? MAX_SALT_OCTETS + 1;
  if (salt.length !== 1 || saltLength > MAX_SALT_OCTETS) {
    throw new DecodeError('the salt length of RSASSA-PSS is out of range');
  }
  return { kind: 'rsa-pss', digest, saltLength };
}

function pssField(fields: readonly BerElement[], number: number): BerElement {
  const field = fields.find((each) => each.tagClass === 'context' && each.tagNumber === number);
  const value = field?.children[0];
  if (value === undefined) throw new UnsupportedAlgorithmError(OID.rsassaPss);
  return value;
}
