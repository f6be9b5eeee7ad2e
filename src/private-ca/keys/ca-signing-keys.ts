import { getEntry } from '../../store/collection.ts';
import type { CaContext } from '../model/ca-context.ts';
import { AUTHORITY_KEY, authorityKeys, authorityPartition } from '../records/authority-record.ts';
import { isTokenKey } from '../records/key-record.ts';
import { KeyStoreError, type TokenKeyStore } from './key-store.ts';
import { createSealedKeyStore } from './sealed-key-store.ts';
import type { SigningKey } from './signing-key.ts';

/**
 * The authorities' keys. Each is opened once: importing a key costs twice as much as a signature.
 */
export interface CaSigningKeys {
  /**
   * @throws Error when the authority has no key; SealError when the key was sealed under another
   *   master key; KeyStoreError when it is in a token that is absent
   */
  get(authorityId: string): Promise<SigningKey>;
  /** Drops the cached keys of authorities that were deleted for good. */
  forgetDeleted(): Promise<void>;
}

/** For signing with authorities' keys. */
export interface SigningContext extends CaContext {
  readonly signingKeys: CaSigningKeys;
}

interface Dependencies extends Pick<CaContext, 'store' | 'sealer'> {
  readonly tokenKeys?: TokenKeyStore;
}

export function createCaSigningKeys(dependencies: Dependencies): CaSigningKeys {
  const opened = new Map<string, Promise<SigningKey>>();
  return {
    get(authorityId) {
      const known = opened.get(authorityId);
      if (known !== undefined) return known;
      const opening = openKey(dependencies, authorityId);
      opened.set(authorityId, opening);
      // After a failure the next call tries again.
      opening.catch(() => opened.delete(authorityId));
      return opening;
    },
    async forgetDeleted() {
      for (const authorityId of opened.keys()) {
        if ((await findKey(dependencies, authorityId)) === undefined) opened.delete(authorityId);
      }
    },
  };
}

function findKey({ store }: Dependencies, authorityId: string) {
  return getEntry(store, authorityPartition(authorityId), authorityKeys, AUTHORITY_KEY);
}

async function openKey(dependencies: Dependencies, authorityId: string): Promise<SigningKey> {
  const { sealer, tokenKeys } = dependencies;
  const entry = await findKey(dependencies, authorityId);
  if (entry === undefined) throw new Error(`the authority ${authorityId} has no key`);
  const { value: key } = entry;
  if (!isTokenKey(key)) return createSealedKeyStore(sealer).open(authorityId, key);
  if (tokenKeys !== undefined) return tokenKeys.open(authorityId, key);
  const message = `the key of the authority ${authorityId} is in the token "${key.tokenLabel}", and no token is configured`;
  throw new KeyStoreError('misconfigured', message);
}
