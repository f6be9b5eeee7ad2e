import { z } from 'zod';
import {
  defineCollection,
  deleteEntry,
  getEntry,
  putEntry,
  replaceEntry,
  storedObject,
} from '../collection.ts';
import type { RecordStore, Write } from '../record-store.ts';

/**
 * Marks a store from the first record of an import to the last, so that no server uses a partial
 * store. `importer` is the process that began last. A process that began earlier and still runs
 * must stop writing, because a server may use the store by then.
 */
const importMarks = defineCollection(
  'import-marks',
  storedObject({ archiveId: z.string(), importer: z.string() }),
);
const PARTITION = 'installation';
const KEY = 'mark';

export interface Importing {
  readonly archiveId: string;
  /** A name that no other process has. */
  readonly importer: string;
}

/** The id of the archive whose import into this store has begun and not finished. */
export async function findUnfinishedImport(store: RecordStore): Promise<string | undefined> {
  return (await readMark(store))?.value.archiveId;
}

/**
 * Marks the store in one commit with `claim`, a write of partition `installation` whose condition
 * fails when a server has begun to use the store.
 * @returns false when a server or another import was first
 */
export async function markImport(
  store: RecordStore,
  importing: Importing,
  claim: Write,
): Promise<boolean> {
  const mark = putEntry(importMarks, KEY, importing, { condition: 'absent' });
  return (await store.commit(PARTITION, [claim, mark])).outcome === 'committed';
}

/**
 * Makes `importing.importer` the process that imports this archive.
 * @returns false when the import is no longer under way
 */
export async function takeOverImport(store: RecordStore, importing: Importing): Promise<boolean> {
  const entry = await readMark(store);
  if (entry?.value.archiveId !== importing.archiveId) return false;
  const mark = replaceEntry(importMarks, entry, { ...entry.value, ...importing });
  return (await store.commit(PARTITION, [mark])).outcome === 'committed';
}

/** Whether `importer` is still the process that imports. */
export async function holdsImport(store: RecordStore, importer: string): Promise<boolean> {
  return (await readMark(store))?.value.importer === importer;
}

/** Ends the import. @returns false when another process has taken it over */
export async function unmarkImport(store: RecordStore, importer: string): Promise<boolean> {
  const entry = await readMark(store);
  if (entry?.value.importer !== importer) return false;
  const unmark = deleteEntry(importMarks, KEY, { version: entry.version });
  return (await store.commit(PARTITION, [unmark])).outcome === 'committed';
}

function readMark(store: RecordStore) {
  return getEntry(store, PARTITION, importMarks, KEY);
}
