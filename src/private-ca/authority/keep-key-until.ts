import { getEntry, putEntry } from '../../store/collection.ts';
import type { PutWrite } from '../../store/record-store.ts';
import type { CaContext } from '../model/ca-context.ts';
import { AUTHORITY_KEY, authorityKeys, authorityPartition } from '../records/authority-record.ts';
import { isTokenKey } from '../records/key-record.ts';

/** The write after which the authority's key is destroyed at a moment, or without one never. */
export async function keepKeyUntil(
  ca: CaContext,
  authorityId: string,
  expiresAt?: number,
): Promise<PutWrite> {
  const partition = authorityPartition(authorityId);
  const entry = await getEntry(ca.store, partition, authorityKeys, AUTHORITY_KEY);
  if (entry === undefined) throw new Error(`the authority ${authorityId} has no key`);
  const condition = { version: entry.version };
  if (isTokenKey(entry.value)) {
    // The record outlives the authority's, as it is what `destroyDeletedKeys` goes by.
    const { destroyAt: _, ...key } = entry.value;
    const kept = expiresAt === undefined ? key : { ...key, destroyAt: expiresAt };
    return putEntry(authorityKeys, AUTHORITY_KEY, kept, { condition });
  }
  const expiry = expiresAt === undefined ? {} : { expiresAt };
  return putEntry(authorityKeys, AUTHORITY_KEY, entry.value, { condition, ...expiry });
}
