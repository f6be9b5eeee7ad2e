import { getEntry, putEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import { accountPartition, listedConnectors, noteAccount } from './account-record.ts';
import type { ConnectorRecord } from './connector-record.ts';
import { readCount, recount } from './count-record.ts';

/** Puts a connector from before there were lists on its account's list, whatever the quota says. */
export async function adoptConnector(
  store: RecordStore,
  { id, accountId, region, createdAt }: ConnectorRecord,
): Promise<void> {
  const scope = { accountId, region };
  const partition = accountPartition(scope);
  await noteAccount(store, scope);
  while ((await getEntry(store, partition, listedConnectors, id)) === undefined) {
    await store.commit(partition, [
      putEntry(listedConnectors, id, { listedAt: createdAt }, { condition: 'absent' }),
      recount(await readCount(store, partition, 'connectors'), 1),
    ]);
  }
}
