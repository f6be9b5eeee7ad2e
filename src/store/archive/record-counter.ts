import type { ArchivedRecord, RecordCounts } from './archive-lines.ts';

export interface RecordCounter {
  add(records: readonly ArchivedRecord[]): void;
  counts(): RecordCounts;
}

/** Counts records by the name of their collection, as they come. */
export function createRecordCounter(): RecordCounter {
  const counts = new Map<string, number>();
  return {
    add(records) {
      for (const { collection } of records) {
        counts.set(collection, (counts.get(collection) ?? 0) + 1);
      }
    },
    counts: () => new Map([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}
