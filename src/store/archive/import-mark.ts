import { z } from 'zod';
import { defineCollection, deleteEntry, getEntry, putEntry, replaceEntry } from '../collection.ts';
import type { RecordStore, Write } from '../record-store.ts';

/**
 * Stands in a store from the first record of an import to the last: no server may use what is not whole. `importer` is the process
 * that began last. One that began before it and still runs must not go on writing, as a server may use the store by then.
 */
const importMarks = defineCollection(
  'import-marks',
  z.strictObject({ archiveId: z.string(), importer: z.string() }),
);
const PARTITION = 'installation';
const KEY = 'mark';

export interface Importing {
  readonly archiveId: string;
  /** A name that nobody else has. */
  readonly importer: string;
}

/** The archive whose import into this store was begun and not finished. */
export async function findUnfinishedImport(store: RecordStore): Promise<string | undefined> {
  return (await readMark(store))?.value.archiveId;
}

/**
 * Marks the store, together with `claim`, a write of partition `installation` whose condition fails when a server has begun to use
 * the store.
 * @returns whether the store is marked; false when somebody else was there first
 */
export async function markImport(
  store: RecordStore,
  importing: Importing,
  claim: Write,
): Promise<boolean> {
  const mark = putEntry(importMarks, KEY, importing, { condition: 'absent' });
  return (await store.commit(PARTITION, [claim, mark])).outcome === 'committed';
}

/** Goes on with the import of the same archive in place of whoever began it. @returns false when it is not under way any more */
export async function takeOverImport(store: RecordStore, importing: Importing): Promise<boolean> {
  const entry = await readMark(store);
  if (entry?.value.archiveId !== importing.archiveId) return false;
  const mark = replaceEntry(importMarks, entry, importing);
  return (await store.commit(PARTITION, [mark])).outcome === 'committed';
}

/** Whether nobody has taken the import over. */
export async function holdsImport(store: RecordStore, importer: string): Promise<boolean> {
  return (await readMark(store))?.value.importer === importer;
}

/** @returns false when somebody has taken the import over */
export async function unmarkImport(store: RecordStore, importer: string): Promise<boolean> {
  const entry = await readMark(store);
  if (entry?.value.importer !== importer) return false;
  const unmark = deleteEntry(importMarks, KEY, { version: entry.version });
  return (await store.commit(PARTITION, [unmark])).outcome === 'committed';
}

function readMark(store: RecordStore) {
  return getEntry(store, PARTITION, importMarks, KEY);
}
