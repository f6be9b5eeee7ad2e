import { getEntry, putEntry } from '../store/collection.ts';
import type { PutWrite } from '../store/record-store.ts';
import { AUTHORITY_KEY, authorityKeys, authorityPartition } from './authority-record.ts';
import type { PrivateCa } from './private-ca.ts';

/** The write after which the store erases the authority's key at a moment, or without one never. */
export async function keepKeyUntil(
  ca: PrivateCa,
  authorityId: string,
  expiresAt?: number,
): Promise<PutWrite> {
  const partition = authorityPartition(authorityId);
  const entry = await getEntry(ca.store, partition, authorityKeys, AUTHORITY_KEY);
  if (entry === undefined) throw new Error(`the authority ${authorityId} has no key`);
  const condition = { version: entry.version };
  const expiry = expiresAt === undefined ? {} : { expiresAt };
  return putEntry(authorityKeys, AUTHORITY_KEY, entry.value, { condition, ...expiry });
}
