import { expectType, isType, readSmallInteger } from '../asn1/expect-type.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';

/** PBKDF2-params (RFC 8018 appendix A.2) as received: the caller checks the bounds. */
export interface Pbkdf2Parameters {
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** Octets; undefined when absent. */
  readonly keyLength: number | undefined;
  /** An AlgorithmIdentifier; undefined for the default, HMAC with SHA-1. */
  readonly prf: BerElement | undefined;
  /** Whether unexpected elements follow. */
  readonly hasExcess: boolean;
}

/** @throws DecodeError when they are malformed, or the salt is not an OCTET STRING */
export function readPbkdf2Parameters(parameters: Uint8Array): Pbkdf2Parameters {
  const [salt, iterations, ...optional] = expectType(readBer(parameters), 'SEQUENCE').children;
  const keyLength = isType(optional[0], 'INTEGER') ? optional.shift() : undefined;
  const [prf, ...others] = optional;
  return {
    salt: expectType(salt, 'OCTET STRING').content,
    iterations: readSmallInteger(iterations),
    keyLength: keyLength && readSmallInteger(keyLength),
    prf,
    hasExcess: others.length > 0,
  };
}
