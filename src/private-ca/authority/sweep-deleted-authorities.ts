import type { z } from 'zod';
import { HOUR_MS } from '../../durations.ts';
import { deleteEntry, type Entry, getEntry } from '../../store/collection.ts';
import { emptyCollections } from '../../store/empty-collections.ts';
import { readableEntries, unlessUnreadable } from '../../store/readable-entries.ts';
import type { CaContext } from '../model/ca-context.ts';
import { AUTHORITY_COLLECTIONS } from '../records/authority-collections.ts';
import { AUTHORITY_KEY, authorities, authorityPartition } from '../records/authority-record.ts';
import { authorityIndexPartition, indexedAuthorities } from './authority-index.ts';
import { forgetIssuerKey } from './issuer-keys.ts';
import { DELETION_NOTES_PARTITION, deletionNotes } from './note-deletion.ts';

type Note = Entry<z.infer<typeof deletionNotes.schema>>;

/** A process whose clock is slow may still restore the authority, or be about to delete it. */
const GRACE_MS = HOUR_MS;

/**
 * Removes the remains of authorities that are gone for good: their certificates, revocations, tags,
 * policies and permissions. Audit reports stay in their buckets, as at AWS. A sweep may stop
 * anywhere and run in several processes at once, because an authority that is gone never comes
 * back.
 */
export async function sweepDeletedAuthorities(ca: CaContext): Promise<void> {
  const notes = readableEntries(ca.store, DELETION_NOTES_PARTITION, deletionNotes);
  for await (const note of notes) await unlessUnreadable(ca.store, followNote(ca, note));
}

async function followNote(ca: CaContext, note: Note): Promise<void> {
  if (ca.clock() < note.value.goneAt + GRACE_MS) return;
  const partition = authorityPartition(note.key);
  const authority = await getEntry(ca.store, partition, authorities, AUTHORITY_KEY);
  // The clock of another process may be slow. An authority that was restored may be deleted
  // again, with a new note.
  if (authority?.value.status === 'DELETED') return;
  if (authority === undefined) await sweep(ca, note);
  const { key, version } = note;
  const forget = deleteEntry(deletionNotes, key, { version });
  await ca.store.commit(DELETION_NOTES_PARTITION, [forget]);
}

async function sweep(ca: CaContext, { key: id, value }: Note): Promise<void> {
  await emptyCollections(ca.store, authorityPartition(id), AUTHORITY_COLLECTIONS);
  for (const name of value.issuerKeys) await forgetIssuerKey(ca, name, id);
  const index = authorityIndexPartition(value);
  await ca.store.commit(index, [deleteEntry(indexedAuthorities, id)]);
}
