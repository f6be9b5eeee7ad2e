import { randomUUID } from 'node:crypto';
import { KeyStoreError, type TokenKeyStore } from '../../../src/private-ca/keys/key-store.ts';
import { localSigningKey, type SigningKey } from '../../../src/private-ca/keys/signing-key.ts';
import { KEY_ALGORITHMS } from '../../../src/private-ca/model/key-algorithms.ts';

export interface FakeTokenKeys extends TokenKeyStore {
  /** By key id. */
  readonly keys: Map<string, { readonly authorityId: string; readonly signingKey: SigningKey }>;
}

/** A token in memory. */
export function fakeTokenKeys(): FakeTokenKeys {
  const keys: FakeTokenKeys['keys'] = new Map();
  const destroy = async (keyId: string) => void keys.delete(keyId);
  return {
    keys,
    async generate(authorityId, keyAlgorithm) {
      const { privateKey, publicKey } = await KEY_ALGORITHMS[keyAlgorithm].generate();
      const keyId = `${authorityId}${randomUUID().slice(0, 18)}`.replaceAll('-', '').slice(0, 48);
      const signingKey = localSigningKey(privateKey);
      keys.set(keyId, { authorityId, signingKey });
      const subjectPublicKeyInfo = publicKey.export({ format: 'der', type: 'spki' });
      return {
        record: { tokenLabel: 'fake', keyId, publicKey: subjectPublicKeyInfo },
        subjectPublicKeyInfo,
        signingKey,
        discard: () => destroy(keyId),
      };
    },
    open(_, { keyId }) {
      const key = keys.get(keyId);
      if (key !== undefined) return Promise.resolve(key.signingKey);
      return Promise.reject(new KeyStoreError('unavailable', 'the token has no such key'));
    },
    list: async () => [...keys].map(([keyId, { authorityId }]) => ({ keyId, authorityId })),
    destroy,
    close: () => Promise.resolve(),
  };
}
