import { z } from 'zod';
import { defineCollection, deleteEntry, getEntry, putEntry } from '../collection.ts';
import type { RecordStore, Write } from '../record-store.ts';

/** Stands in a store from the first record of an import to the last: nobody may serve from what is not whole. */
const importMarks = defineCollection('import-marks', z.strictObject({ archiveId: z.string() }));
const PARTITION = 'installation';
const KEY = 'mark';

/** The name of the collection, whose record is no record of the archive. */
export const IMPORT_MARKS = importMarks.name;

/** The archive whose import into this store was begun and not finished. */
export async function findUnfinishedImport(store: RecordStore): Promise<string | undefined> {
  return (await getEntry(store, PARTITION, importMarks, KEY))?.value.archiveId;
}

/**
 * Marks the store, together with `claim`, a write of partition `installation` whose condition fails when a server has begun to use
 * the store.
 * @returns whether the store is marked; false when somebody else was there first
 */
export async function markImport(
  store: RecordStore,
  archiveId: string,
  claim: Write,
): Promise<boolean> {
  const mark = putEntry(importMarks, KEY, { archiveId }, { condition: 'absent' });
  return (await store.commit(PARTITION, [claim, mark])).outcome === 'committed';
}

export async function unmarkImport(store: RecordStore): Promise<void> {
  await store.commit(PARTITION, [deleteEntry(importMarks, KEY)]);
}
