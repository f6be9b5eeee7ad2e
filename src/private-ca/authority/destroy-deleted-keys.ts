import { HOUR_MS } from '../../durations.ts';
import { deleteEntry, getEntry } from '../../store/collection.ts';
import type { KeyInToken, TokenKeyStore } from '../keys/key-store.ts';
import type { CaContext } from '../model/ca-context.ts';
import { AUTHORITY_KEY, authorityKeys, authorityPartition } from '../records/authority-record.ts';
import { isTokenKey } from '../records/key-record.ts';

/** A process whose clock is slow may still restore the authority. */
const GRACE_MS = HOUR_MS;

/**
 * Destroys the token keys of authorities that are deleted for good, and keys made for an authority
 * that kept another key. Keys in the record store expire by themselves. A token key that the store
 * does not know stays: the token may serve other stores, or this may be the wrong store.
 */
export async function destroyDeletedKeys(
  ca: CaContext,
  tokenKeys: TokenKeyStore | undefined,
): Promise<void> {
  if (tokenKeys === undefined) return;
  for (const key of await tokenKeys.list()) await destroyIfDeleted(ca, tokenKeys, key);
}

async function destroyIfDeleted(
  { store, clock }: CaContext,
  tokenKeys: TokenKeyStore,
  { keyId, authorityId }: KeyInToken,
): Promise<void> {
  const partition = authorityPartition(authorityId);
  const entry = await getEntry(store, partition, authorityKeys, AUTHORITY_KEY);
  if (entry === undefined) return;
  const { value: kept, version } = entry;
  if (!isTokenKey(kept) || kept.keyId !== keyId) return tokenKeys.destroy(keyId);
  if (kept.destroyAt === undefined || clock() < kept.destroyAt + GRACE_MS) return;
  await tokenKeys.destroy(keyId);
  await store.commit(partition, [deleteEntry(authorityKeys, AUTHORITY_KEY, { version })]);
}
