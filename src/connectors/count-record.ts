import { z } from 'zod';
import { type Entry, getEntry, putEntry } from '../store/collection.ts';
import type { PutWrite, RecordStore } from '../store/record-store.ts';
import { defineConnectorCollection } from './connector-collections.ts';

/** How many there are of what a quota limits, kept in the partition of what is counted so that it is always exact. */
const counts = defineConnectorCollection(
  'counts',
  z.strictObject({ count: z.int().nonnegative() }),
);

type Counted = 'connectors' | 'challenges';

export interface Count {
  readonly counted: Counted;
  readonly value: number;
  readonly entry: Entry<{ readonly count: number }> | undefined;
}

/** The count as it is now, for `recount` in the commit that changes it. @param partition of an account, or of a connector */
export async function readCount(
  store: RecordStore,
  partition: string,
  counted: Counted,
): Promise<Count> {
  const entry = await getEntry(store, partition, counts, counted);
  return { counted, value: entry?.value.count ?? 0, entry };
}

/** The write that goes with one more or one less. It makes the commit come to nothing when the count has changed since it was read. */
export function recount({ counted, value, entry }: Count, by: 1 | -1): PutWrite {
  const count = Math.max(0, value + by);
  const condition = entry === undefined ? 'absent' : { version: entry.version };
  return putEntry(counts, counted, { count }, { condition });
}
