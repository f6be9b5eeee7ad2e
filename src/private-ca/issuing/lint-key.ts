import type { KeyObject } from 'node:crypto';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../x509/signing-algorithm.ts';
import { KEY_ALGORITHMS, type KeyAlgorithm } from '../model/key-algorithms.ts';

type KeyType = (typeof SIGNING_ALGORITHMS)[SigningAlgorithm]['keyType'];

/** As an authority's key of the type signs, at the least cost. */
const PRACTICE: Readonly<Record<KeyType, KeyAlgorithm>> = { rsa: 'RSA_2048', ec: 'EC_prime256v1' };

interface LintKey {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** One a type for the process, as making an RSA key takes a tenth of a second. Nobody trusts them, so nothing keeps them. */
const made = new Map<KeyType, Promise<LintKey>>();

/** A key that certificates are signed with on trial, of the type that the algorithm needs. */
export function lintKeyFor(algorithm: SigningAlgorithm): Promise<LintKey> {
  const { keyType } = SIGNING_ALGORITHMS[algorithm];
  const known = made.get(keyType);
  if (known !== undefined) return known;
  const key = KEY_ALGORITHMS[PRACTICE[keyType]].generate();
  made.set(keyType, key);
  // The next certificate tries again.
  key.catch(() => made.delete(keyType));
  return key;
}
