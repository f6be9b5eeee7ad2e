import { z } from 'zod';
import { type Entry, getEntry, putEntry, storedObject } from '../store/collection.ts';
import type { PutWrite, RecordStore } from '../store/record-store.ts';
import { defineConnectorCollection } from './connector-collections.ts';

/** The number of resources under a quota, in their partition, so that it is always exact. */
const counts = defineConnectorCollection('counts', storedObject({ count: z.int().nonnegative() }));

type Counted = 'connectors' | 'challenges';

export interface Count {
  readonly counted: Counted;
  readonly value: number;
  readonly entry: Entry<{ readonly count: number }> | undefined;
}

/**
 * The present count, for `recount` in the commit that changes it.
 * @param partition of an account or a connector
 */
export async function readCount(
  store: RecordStore,
  partition: string,
  counted: Counted,
): Promise<Count> {
  const entry = await getEntry(store, partition, counts, counted);
  return { counted, value: entry?.value.count ?? 0, entry };
}

/**
 * The write for one more or one less. Its commit fails when the count has changed since it was
 * read.
 */
export function recount({ counted, value, entry }: Count, by: 1 | -1): PutWrite {
  const count = Math.max(0, value + by);
  const condition = entry === undefined ? 'absent' : { version: entry.version };
  return putEntry(counts, counted, { ...entry?.value, count }, { condition });
}
