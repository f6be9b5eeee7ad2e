import { type KeyObject, sign } from 'node:crypto';
import {
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
  signingInput,
} from '../../x509/signing-algorithm.ts';

/** An authority's private key, wherever it is kept: it only signs. */
export interface SigningKey {
  /** ECDSA signatures are DER. The algorithm must fit the key's type. */
  sign(algorithm: SigningAlgorithm, bytes: Uint8Array): Promise<Uint8Array>;
}

/** A key in memory. Signs on the thread pool, so that other requests are served meanwhile. */
export function localSigningKey(privateKey: KeyObject): SigningKey {
  return {
    sign(algorithm, bytes) {
      const { digest } = SIGNING_ALGORITHMS[algorithm];
      return new Promise((resolve, reject) => {
        sign(digest, bytes, signingInput(privateKey, algorithm), (error, signature) => {
          if (error) reject(error);
          else resolve(signature);
        });
      });
    },
  };
}
