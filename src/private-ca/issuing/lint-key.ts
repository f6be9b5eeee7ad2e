import type { KeyObject } from 'node:crypto';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../x509/signing-algorithm.ts';
import { KEY_ALGORITHMS, type KeyAlgorithm } from '../model/key-algorithms.ts';

type KeyType = (typeof SIGNING_ALGORITHMS)[SigningAlgorithm]['keyType'];

/** The cheapest key of each type that an authority can have. */
const CHEAPEST: Readonly<Record<KeyType, KeyAlgorithm>> = { rsa: 'RSA_2048', ec: 'EC_prime256v1' };

interface LintKey {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/**
 * One key of each type for the process, because making an RSA key takes a tenth of a second. Nobody
 * trusts these keys, so they are not stored.
 */
const keys = new Map<KeyType, Promise<LintKey>>();

/**
 * A throwaway key with which certificates are signed for lint, of the type that the algorithm
 * needs.
 */
export function lintKeyFor(algorithm: SigningAlgorithm): Promise<LintKey> {
  const { keyType } = SIGNING_ALGORITHMS[algorithm];
  const known = keys.get(keyType);
  if (known !== undefined) return known;
  const key = KEY_ALGORITHMS[CHEAPEST[keyType]].generate();
  keys.set(keyType, key);
  // The next certificate tries again.
  key.catch(() => keys.delete(keyType));
  return key;
}
