import type {
  CommitResult,
  RecordStore,
  StoredRecord,
  Write,
} from '../../../src/store/record-store.ts';
import { validateCalls } from '../../../src/store/validate-calls.ts';

interface Counter {
  readonly value: number;
  readonly expiresAt: number | undefined;
}

/**
 * The plainest implementation of the port: the model that the contract suite compares adapters
 * with, itself tested by the suite. Also a fast store for unit tests.
 */
export function openInMemoryRecordStore(clock: () => number): RecordStore {
  const records = new Map<string, StoredRecord>();
  const counters = new Map<string, Counter>();
  let lastVersion = 0;

  const path = (...names: string[]) => names.join(':');
  const live = <T extends { readonly expiresAt: number | undefined }>(row: T | undefined) =>
    row?.expiresAt !== undefined && row.expiresAt <= clock() ? undefined : row;

  const holds = (partition: string, { collection, key, condition }: Write) => {
    const record = live(records.get(path(partition, collection, key)));
    if (condition === undefined) return true;
    return condition === 'absent' ? !record : record?.version === condition.version;
  };

  const commit = (partition: string, writes: readonly Write[]): CommitResult => {
    const refused = writes.find((write) => !holds(partition, write));
    if (refused) return { outcome: 'conflict', collection: refused.collection, key: refused.key };
    for (const write of writes) {
      const at = path(partition, write.collection, write.key);
      if (write.kind === 'delete') {
        records.delete(at);
        continue;
      }
      lastVersion += 1;
      const { key, value, expiresAt } = write;
      records.set(at, { key, value, version: lastVersion, expiresAt });
    }
    return { outcome: 'committed' };
  };

  return validateCalls({
    async get(partition, collection, key) {
      return live(records.get(path(partition, collection, key)));
    },
    async list(partition, collection, { after = '', limit }) {
      const place = path(partition, collection, '');
      const found: StoredRecord[] = [];
      for (const [at, record] of records) {
        if (at.startsWith(place) && live(record) && record.key > after) found.push(record);
      }
      return found.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
    },
    async commit(partition, writes) {
      return commit(partition, writes);
    },
    async increment(partition, counter, by, expiresAt) {
      const at = path(partition, counter);
      const current = live(counters.get(at)) ?? { value: 0, expiresAt };
      counters.set(at, { ...current, value: current.value + by });
      return current.value + by;
    },
    async *collections() {
      const places = [...records.keys()].map((at) => at.split(':', 2).join(':'));
      for (const place of new Set(places)) {
        const [partition = '', collection = ''] = place.split(':');
        yield { partition, collection };
      }
    },
    close: () => Promise.resolve(),
  });
}
