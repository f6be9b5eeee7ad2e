import { deleteEntry, getEntry } from '../../store/collection.ts';
import type { KeyInToken, TokenKeyStore } from '../keys/key-store.ts';
import type { CaContext } from '../model/ca-context.ts';
import { AUTHORITY_KEY, authorityKeys, authorityPartition } from '../records/authority-record.ts';
import { isTokenKey } from '../records/key-record.ts';

/** A process whose clock is late may still restore the authority. Milliseconds. */
const GRACE = 3_600_000;

/**
 * Destroys the keys in the token whose authorities have been deleted for good, and those that lost
 * to another key of their authority; the record store forgets its own keys by itself. A key of
 * which the store knows nothing stays: the token may serve other stores, or this one may be the
 * wrong one.
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
  if (kept.destroyAt === undefined || clock() < kept.destroyAt + GRACE) return;
  await tokenKeys.destroy(keyId);
  await store.commit(partition, [deleteEntry(authorityKeys, AUTHORITY_KEY, { version })]);
}
