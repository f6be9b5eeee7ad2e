import { z } from 'zod';
import { defineCollection, putEntry, storedObject } from '../../store/collection.ts';
import type { CaContext } from '../model/ca-context.ts';
import { isUnfinished, type StoredAuthority } from '../records/authority-record.ts';
import { issuerKeyNames } from './issuer-keys.ts';

/**
 * The authorities of all accounts that a call has deleted or was about to delete, by their ids. A
 * superfluous note only costs one lookup.
 */
export const deletionNotes = defineCollection(
  'notes',
  storedObject({
    accountId: z.string(),
    region: z.string(),
    /** The authority cannot be restored from then on. Milliseconds since the epoch. */
    goneAt: z.number(),
    /** The names of its key in `issuerKeys`. */
    issuerKeys: z.array(z.string()),
  }),
);

export const DELETION_NOTES_PARTITION = 'deleted-authorities';

/**
 * Makes `sweepDeletedAuthorities` check the authority once it is gone. Call it before deleting the
 * authority.
 */
export async function noteDeletion(
  { store, scope }: CaContext,
  authority: StoredAuthority,
  goneAt: number,
): Promise<void> {
  const { accountId, region } = scope;
  const issuerKeys = isUnfinished(authority) ? [] : issuerKeyNames(authority.subjectPublicKeyInfo);
  const note = putEntry(deletionNotes, authority.id, { accountId, region, goneAt, issuerKeys });
  await store.commit(DELETION_NOTES_PARTITION, [note]);
}
