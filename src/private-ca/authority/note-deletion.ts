import { z } from 'zod';
import { defineCollection, putEntry } from '../../store/collection.ts';
import type { CaContext } from '../model/ca-context.ts';
import { isUnfinished, type StoredAuthority } from '../records/authority-record.ts';
import { issuerKeyNames } from './issuer-keys.ts';

/**
 * The authorities, of all accounts, that somebody has deleted or was about to delete, by their ids.
 * One too many costs a look.
 */
export const deletionNotes = defineCollection(
  'notes',
  z.strictObject({
    accountId: z.string(),
    region: z.string(),
    /** From then on it cannot be restored. Milliseconds since the epoch. */
    goneAt: z.number(),
    /** What names its key in `issuerKeys`. */
    issuerKeys: z.array(z.string()),
  }),
);

export const DELETION_NOTES_PARTITION = 'deleted-authorities';

/**
 * Has `sweepDeletedAuthorities` look at an authority when it is gone. To be called before it is
 * deleted.
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
