import { generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface SampleKeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
}

/** A fresh RSA key pair. Making one of 2048 bits takes about 0.1 s, so make one for a test file. */
export function rsaKeyPair(modulusLength = 2048, publicExponent = 65_537): SampleKeyPair {
  return withSpki(generateKeyPairSync('rsa', { modulusLength, publicExponent }));
}

/** A fresh EC key pair on one of Node's named curves. */
export function ecKeyPair(namedCurve = 'prime256v1'): SampleKeyPair {
  return withSpki(generateKeyPairSync('ec', { namedCurve }));
}

function withSpki(pair: { publicKey: KeyObject; privateKey: KeyObject }): SampleKeyPair {
  return { ...pair, spki: pair.publicKey.export({ format: 'der', type: 'spki' }) };
}
