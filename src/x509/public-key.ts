import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { DecodeError, decoding } from '../asn1/decode-error.ts';
import { isType, readBitString } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { hasRocaFingerprint } from './has-roca-fingerprint.ts';
import { readOid } from './read-oid.ts';

type EcCurve = 'prime256v1' | 'secp384r1' | 'secp521r1';

/** A SubjectPublicKeyInfo taken apart before OpenSSL sees it. */
type RawPublicKey = RawRsaPublicKey | RawEcPublicKey;

interface RawRsaPublicKey {
  readonly type: 'rsa';
  /** Counted from the highest bit that is set. */
  readonly bits: number;
  /** Big-endian without leading zeros. */
  readonly modulus: Uint8Array;
  readonly exponent: bigint;
  /** RSAPublicKey, DER: the octets of the BIT STRING. */
  readonly publicKey: Uint8Array;
}

interface RawEcPublicKey {
  readonly type: 'ec';
  readonly curve: EcCurve;
  /** ECPoint: the octets of the BIT STRING. */
  readonly publicKey: Uint8Array;
}

export type PublicKeyDescription =
  | { readonly type: 'rsa'; readonly bits: number; readonly exponent: bigint }
  | { readonly type: 'ec'; readonly curve: EcCurve };

const CURVES: Readonly<Record<string, EcCurve>> = {
  [OID.prime256v1]: 'prime256v1',
  [OID.secp384r1]: 'secp384r1',
  [OID.secp521r1]: 'secp521r1',
};

const COORDINATE_OCTETS: Readonly<Record<EcCurve, number>> = {
  prime256v1: 32,
  secp384r1: 48,
  secp521r1: 66,
};

/** Larger keys would cost OpenSSL too much time. The policy in `weaknessOf` is stricter. */
const MAX_RSA_BITS = 8192;
const MAX_EXPONENT_OCTETS = 5;

/**
 * Imports a SubjectPublicKeyInfo: RSA, or EC on P-256, P-384 or P-521. RSA is imported as PKCS #1,
 * which takes OpenSSL 6 us instead of 160 us for SPKI.
 * @throws DecodeError when it is malformed, of another type, above 8192 bits, or not a point of its
 *   curve
 */
export function importPublicKey(subjectPublicKeyInfo: Uint8Array): KeyObject {
  const raw = readPublicKey(subjectPublicKeyInfo);
  return decoding('the public key', () =>
    raw.type === 'rsa'
      ? createPublicKey({ key: Buffer.from(raw.publicKey), format: 'der', type: 'pkcs1' })
      : createPublicKey({ key: Buffer.from(subjectPublicKeyInfo), format: 'der', type: 'spki' }),
  );
}

const EXPLICIT_CURVE =
  'the EC public key writes out the parameters of its curve, which RFC 5480 section 2.1.1 forbids: convert the key by openssl ec -param_enc named_curve, and have it certified again';

/**
 * Takes a SubjectPublicKeyInfo apart (RFC 3279 sections 2.3.1 and 2.3.5). @throws DecodeError as
 * `importPublicKey`
 */
function readPublicKey(subjectPublicKeyInfo: Uint8Array): RawPublicKey {
  const [algorithmElement, keyElement, ...others] = readBer(subjectPublicKeyInfo).children;
  if (algorithmElement === undefined || keyElement === undefined || others.length > 0) {
    throw new DecodeError('the public key is malformed');
  }
  const algorithm = readAlgorithmIdentifier(algorithmElement);
  const publicKey = readBitString(keyElement);
  if (algorithm.oid === OID.rsaEncryption) return readRsaPublicKey(publicKey);
  if (algorithm.oid !== OID.ecPublicKey || algorithm.parameters === undefined) {
    throw new DecodeError('the public key is neither RSA nor EC');
  }
  const parameters = readBer(algorithm.parameters);
  if (isType(parameters, 'SEQUENCE')) throw new DecodeError(EXPLICIT_CURVE);
  const curve = CURVES[readOid(parameters)];
  if (curve === undefined) throw new DecodeError('the EC public key is on an unsupported curve');
  return { type: 'ec', curve, publicKey };
}

function readRsaPublicKey(publicKey: Uint8Array): RawRsaPublicKey {
  const [modulusElement, exponentElement, ...others] = readBer(publicKey).children;
  const modulus = positive(modulusElement);
  const exponent = positive(exponentElement);
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (others.length > 0 || bits > MAX_RSA_BITS || exponent.length > MAX_EXPONENT_OCTETS) {
    throw new DecodeError('the RSA public key is out of range');
  }
  return {
    type: 'rsa',
    bits,
    modulus,
    exponent: BigInt(`0x${Buffer.from(exponent).toString('hex')}`),
    publicKey,
  };
}

/** The magnitude of a positive INTEGER, without leading zeros. */
function positive(element: BerElement | undefined): Uint8Array {
  const content = isType(element, 'INTEGER') ? element.content : new Uint8Array();
  const first = content.findIndex((octet) => octet !== 0);
  if (first < 0 || (content[0] ?? 0) >= 0x80) {
    throw new DecodeError('the RSA public key is malformed');
  }
  return content.subarray(first);
}

/** @throws RangeError when `importPublicKey` would not have imported the key */
export function describePublicKey(key: KeyObject): PublicKeyDescription {
  const { modulusLength, publicExponent, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength && publicExponent) {
    return { type: 'rsa', bits: modulusLength, exponent: publicExponent };
  }
  const curve = Object.values(CURVES).find((name) => name === namedCurve);
  if (curve === undefined) throw new RangeError('neither RSA nor EC on a supported curve');
  return { type: 'ec', curve };
}

/**
 * Names the private key, whatever its public key looks like: SHA-256 in base64url of the RSA
 * modulus, or of the curve and the x coordinate, which all encodings of an EC point hold (SEC 1
 * section 2.3.3). Who has the private key of one such public key has that of the others: of another
 * exponent, or of the point with the other y.
 * @throws DecodeError as `weaknessOf`
 */
export function privateKeyName(subjectPublicKeyInfo: Uint8Array): string {
  const key = readPublicKey(subjectPublicKeyInfo);
  const hash = createHash('sha256').update(key.type === 'rsa' ? 'rsa ' : `${key.curve} `);
  if (key.type === 'rsa') return hash.update(key.modulus).digest('base64url');
  const x = key.publicKey.subarray(1, 1 + COORDINATE_OCTETS[key.curve]);
  return hash.update(x).digest('base64url');
}

/**
 * Why this server must not certify a public key, as text for the requester; undefined when it may.
 * Examines the raw numbers, so a hostile key costs OpenSSL nothing.
 * @throws DecodeError as `importPublicKey`, except that it does not check that an EC point is on
 *   its curve
 */
export function weaknessOf(
  subjectPublicKeyInfo: Uint8Array,
  minimumRsaBits = 2048,
): string | undefined {
  const key = readPublicKey(subjectPublicKeyInfo);
  if (key.type === 'ec') return undefined;
  if (key.bits < minimumRsaBits) {
    return `the RSA key has ${key.bits} bits, ${minimumRsaBits} are required`;
  }
  if (key.exponent < 3n || key.exponent % 2n === 0n || key.exponent > 2n ** 32n) {
    return 'the RSA public exponent is not an odd number from 3 to 2^32';
  }
  if ((key.modulus.at(-1) ?? 0) % 2 === 0) return 'the RSA modulus is even';
  if (hasRocaFingerprint(key.modulus)) return 'the RSA key is vulnerable to ROCA (CVE-2017-15361)';
  return undefined;
}
