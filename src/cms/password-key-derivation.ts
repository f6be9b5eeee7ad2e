import { pbkdf2, pbkdf2Sync } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { OID } from '../asn1/object-identifiers.ts';
import type { BerElement } from '../asn1/read-ber.ts';
import { derInteger, derNull, derOctetString, derOid, derSequence } from '../asn1/write-der.ts';
import {
  type AlgorithmIdentifier,
  derAlgorithmIdentifier,
  readAlgorithmIdentifier,
} from '../x509/algorithm-identifier.ts';
import {
  DIGEST_ALGORITHMS,
  type DigestName,
  digestAlgorithm,
} from '../x509/signature-algorithms.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import { readPbkdf2Parameters } from './read-pbkdf2-parameters.ts';

/** How PBKDF2 derives a key from a password (RFC 8018 section 5.2). */
export interface PasswordKeyDerivation {
  /** 8 to 64 octets. */
  readonly salt: Uint8Array;
  /** 1 to 100 000. */
  readonly iterations: number;
  /** The digest of the HMAC that is the pseudo-random function. */
  readonly prf: DigestName;
}

/** A challenge password that needs more iterations for its protection is too short. */
const MAX_ITERATIONS = 100_000;
const SALT_OCTETS = { minimum: 8, maximum: 64 };

/**
 * Reads an AlgorithmIdentifier of PBKDF2 for a key of `keyLength` octets. Derives nothing.
 * @throws UnsupportedAlgorithmError for another derivation or an unknown pseudo-random function;
 *   DecodeError when malformed or out of bounds
 */
export function readPasswordKeyDerivation(
  { oid, parameters }: AlgorithmIdentifier,
  keyLength: number,
): PasswordKeyDerivation {
  if (oid !== OID.pbkdf2 || parameters === undefined) throw new UnsupportedAlgorithmError(oid);
  const named = readPbkdf2Parameters(parameters);
  const { salt, iterations, prf, hasExcess } = named;
  const saltFits = salt.length >= SALT_OCTETS.minimum && salt.length <= SALT_OCTETS.maximum;
  const isBounded = iterations >= 1 && iterations <= MAX_ITERATIONS;
  if (!saltFits || !isBounded || (named.keyLength ?? keyLength) !== keyLength || hasExcess) {
    throw new DecodeError('the parameters of PBKDF2 are out of bounds');
  }
  return { salt, iterations, prf: prf === undefined ? 'sha1' : prfOf(prf) };
}

/** The DER of the AlgorithmIdentifier. */
export function derPasswordKeyDerivation(derivation: PasswordKeyDerivation): Uint8Array {
  const { salt, iterations, prf } = derivation;
  const { hmacOid } = digestAlgorithm(prf);
  if (hmacOid === undefined) throw new RangeError(`${prf} is no pseudo-random function`);
  const parameters = [
    ...[derOctetString(salt), derInteger(iterations)],
    derAlgorithmIdentifier(hmacOid, derNull()),
  ];
  return derSequence(derOid(OID.pbkdf2), derSequence(...parameters));
}

/** The cost of deriving a key, in computations of the pseudo-random function. */
export function derivationCost(
  { iterations, prf }: PasswordKeyDerivation,
  keyLength: number,
): number {
  return iterations * Math.ceil(keyLength / digestAlgorithm(prf).length);
}

/**
 * Derives a key of `keyLength` octets from the UTF-8 octets of the password, off the calling
 * thread.
 */
export function deriveKey(
  password: string,
  { salt, iterations, prf }: PasswordKeyDerivation,
  keyLength: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, iterations, keyLength, prf, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

/** The same on the calling thread, for a client, which has nothing else to do. */
export function deriveKeySync(
  password: string,
  { salt, iterations, prf }: PasswordKeyDerivation,
  keyLength: number,
): Uint8Array {
  return pbkdf2Sync(password, salt, iterations, keyLength, prf);
}

function prfOf(element: BerElement): DigestName {
  const { oid } = readAlgorithmIdentifier(element);
  const digest = DIGEST_ALGORITHMS.find(({ hmacOid }) => hmacOid === oid);
  if (digest === undefined) throw new UnsupportedAlgorithmError(oid);
  return digest.name;
}
