import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Sealer } from '../../store/seal.ts';
import { KEY_ALGORITHMS } from '../model/key-algorithms.ts';
import { authorityKeySealContext } from '../records/authority-record.ts';
import type { SealedKey } from '../records/key-record.ts';
import type { KeyStore } from './key-store.ts';
import { localSigningKey } from './signing-key.ts';

/** Keys that are stored in their own records, sealed under the master key. */
export function createSealedKeyStore(sealer: Sealer): KeyStore<SealedKey> {
  return {
    async generate(authorityId, keyAlgorithm) {
      const { privateKey, publicKey } = await KEY_ALGORITHMS[keyAlgorithm].generate();
      return {
        record: sealKey(sealer, privateKey, authorityId),
        subjectPublicKeyInfo: publicKey.export({ format: 'der', type: 'spki' }),
        signingKey: localSigningKey(privateKey),
        discard: () => Promise.resolve(),
      };
    },
    async open(authorityId, record) {
      return localSigningKey(openSealedKey(sealer, authorityId, record));
    },
  };
}

/** The stored form of a private key: PKCS #8, sealed for that authority alone. */
export function sealKey(sealer: Sealer, privateKey: KeyObject, authorityId: string): SealedKey {
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const sealedPrivateKey = sealer.seal(pkcs8, authorityKeySealContext(authorityId));
  pkcs8.fill(0);
  return { sealedPrivateKey };
}

/** @throws SealError when the key was sealed under another master key */
export function openSealedKey(
  sealer: Sealer,
  authorityId: string,
  { sealedPrivateKey }: SealedKey,
): KeyObject {
  const pkcs8 = sealer.open(sealedPrivateKey, authorityKeySealContext(authorityId));
  const der = Buffer.from(pkcs8);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
    pkcs8.fill(0);
  }
}
