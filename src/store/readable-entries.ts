import { omitUndefined } from '../omit-undefined.ts';
import { type Collection, type Entry, readRecord } from './collection.ts';
import { type RecordStore, UnreadableRecordError } from './record-store.ts';

const PAGE = 100;

const LEFT_OUT = 'it is left out of lists and of the work of the server';

export interface EntryPage {
  readonly after?: string | undefined;
  readonly limit: number;
}

/**
 * Awaits the reading of one record among many.
 * @returns undefined, and reports, when that record cannot be read
 */
export async function unlessUnreadable<T>(
  store: RecordStore,
  reading: Promise<T>,
): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof UnreadableRecordError)) throw error;
    store.reportUnreadable?.(error, LEFT_OUT);
    return undefined;
  }
}

/**
 * As `listEntries`, without the entries that cannot be read, which it reports. Readable entries
 * after them fill the page, so that a page with fewer than `limit` is the last.
 */
export async function listReadable<T>(
  store: RecordStore,
  partition: string,
  collection: Collection<T>,
  { after, limit }: EntryPage,
): Promise<readonly Entry<T>[]> {
  const found: Entry<T>[] = [];
  let position = after;
  for (;;) {
    const page = { limit: limit - found.length, ...omitUndefined({ after: position }) };
    const records = await store.list(partition, collection.name, page);
    for (const record of records) {
      const reading = async () => readRecord(partition, collection, record);
      const entry = await unlessUnreadable(store, reading());
      if (entry !== undefined) found.push(entry);
    }
    position = records.at(-1)?.key;
    if (found.length === limit || records.length < page.limit) return found;
  }
}

/**
 * The live and readable entries of a collection after the key `after`, in ascending order, read
 * page by page. An entry that exists throughout appears once; one that is added or removed
 * meanwhile may appear.
 */
export async function* readableEntries<T>(
  store: RecordStore,
  partition: string,
  collection: Collection<T>,
  after?: string,
): AsyncGenerator<Entry<T>> {
  let position = after;
  for (;;) {
    const page = { limit: PAGE, after: position };
    const entries = await listReadable(store, partition, collection, page);
    yield* entries;
    position = entries.at(-1)?.key;
    if (entries.length < PAGE) return;
  }
}

/** Keys and versions of a collection, for those who need no values. As `readableEntries`. */
export async function* allVersions(
  store: RecordStore,
  partition: string,
  { name }: Collection<unknown>,
): AsyncGenerator<{ readonly key: string; readonly version: number }> {
  let position: string | undefined;
  for (;;) {
    const page = { limit: PAGE, ...omitUndefined({ after: position }) };
    const records = await store.list(partition, name, page);
    yield* records;
    position = records.at(-1)?.key;
    if (records.length < PAGE) return;
  }
}
