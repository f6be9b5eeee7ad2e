import { omitUndefined } from '../../omit-undefined.ts';
import type { PutWrite, RecordStore } from '../record-store.ts';
import type { ArchivedRecord } from './archive-lines.ts';

/** Puts records of an archive into a store unconditionally, in one commit for each partition. */
export async function putRecords(
  store: RecordStore,
  records: readonly ArchivedRecord[],
): Promise<void> {
  const writes = new Map<string, PutWrite[]>();
  for (const { partition, collection, key, value, expiresAt } of records) {
    const expiry = omitUndefined({ expiresAt });
    const write: PutWrite = { kind: 'put', collection, key, value, ...expiry };
    const before = writes.get(partition);
    if (before === undefined) writes.set(partition, [write]);
    else before.push(write);
  }
  await Promise.all([...writes].map(([partition, puts]) => store.commit(partition, puts)));
}
