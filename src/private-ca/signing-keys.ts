import { createPrivateKey } from 'node:crypto';
import { getEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { Sealer } from '../store/seal.ts';
import {
  AUTHORITY_KEY,
  authorityKeySealContext,
  authorityKeys,
  authorityPartition,
} from './authority-record.ts';
import type { SigningKey } from './signing-key.ts';
import { localSigningKey } from './signing-key.ts';

/** The authorities' keys, each opened and imported once: an import costs twice a signature. */
export interface SigningKeys {
  /** @throws Error when the authority has no key; SealError when it was sealed under another master key. */
  get(authorityId: string): Promise<SigningKey>;
}

interface Dependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
}

export function createSigningKeys(dependencies: Dependencies): SigningKeys {
  const opened = new Map<string, Promise<SigningKey>>();
  return {
    get(authorityId) {
      const known = opened.get(authorityId);
      if (known !== undefined) return known;
      const opening = openKey(dependencies, authorityId);
      opened.set(authorityId, opening);
      // A store that was away for a moment must not leave the authority without its key for good.
      opening.catch(() => opened.delete(authorityId));
      return opening;
    },
  };
}

async function openKey({ store, sealer }: Dependencies, authorityId: string): Promise<SigningKey> {
  const partition = authorityPartition(authorityId);
  const entry = await getEntry(store, partition, authorityKeys, AUTHORITY_KEY);
  if (entry === undefined) throw new Error(`the authority ${authorityId} has no key`);
  const pkcs8 = sealer.open(entry.value.sealedPrivateKey, authorityKeySealContext(authorityId));
  const der = Buffer.from(pkcs8);
  try {
    return localSigningKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  } finally {
    der.fill(0);
    pkcs8.fill(0);
  }
}
