import { omitUndefined } from '../../omit-undefined.ts';
import { getEntry, putEntry } from '../../store/collection.ts';
import type { PutWrite } from '../../store/record-store.ts';
import type { CaContext } from '../model/ca-context.ts';
import { AUTHORITY_KEY, authorityKeys, authorityPartition } from '../records/authority-record.ts';
import { isTokenKey } from '../records/key-record.ts';

/**
 * The write that schedules the destruction of an authority's key.
 * @param expiresAt milliseconds since the epoch; undefined keeps the key
 */
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
    // The record must outlive the authority's: `destroyDeletedKeys` reads it.
    const kept = omitUndefined({ ...entry.value, destroyAt: expiresAt });
    return putEntry(authorityKeys, AUTHORITY_KEY, kept, { condition });
  }
  const options = { condition, ...omitUndefined({ expiresAt }) };
  return putEntry(authorityKeys, AUTHORITY_KEY, entry.value, options);
}
