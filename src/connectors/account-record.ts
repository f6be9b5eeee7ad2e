import { z } from 'zod';
import { defineCollection, getEntry, putEntry, storedObject } from '../store/collection.ts';
import { allVersions, readableEntries } from '../store/readable-entries.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { ConnectorScope } from './connector-arns.ts';

/** The partition of one account in one region: its connectors, their number, its ClientTokens. */
export function accountPartition({ accountId, region }: ConnectorScope): string {
  return `account-${accountId}-${region}`;
}

/** An account's connectors by id: listed before they are stored, until after they are purged. */
export const listedConnectors = defineCollection(
  'connectors',
  /** Milliseconds since the epoch. */
  storedObject({ listedAt: z.number() }),
);

/** The accounts that have ever created a connector. */
const accounts = defineCollection(
  'accounts',
  storedObject({ accountId: z.string(), region: z.string() }),
);
const ACCOUNTS = 'accounts';

/** Records that an account may have connectors. Call it before the first of them is listed. */
export async function noteAccount(
  store: RecordStore,
  { accountId, region }: ConnectorScope,
): Promise<void> {
  const key = accountPartition({ accountId, region });
  if ((await getEntry(store, ACCOUNTS, accounts, key)) !== undefined) return;
  await store.commit(ACCOUNTS, [putEntry(accounts, key, { accountId, region })]);
}

/** The ids of the connectors of every account. */
export async function* allConnectorIds(store: RecordStore): AsyncGenerator<string> {
  for await (const account of readableEntries(store, ACCOUNTS, accounts)) {
    const partition = accountPartition(account.value);
    for await (const { key } of allVersions(store, partition, listedConnectors)) yield key;
  }
}

/** Limits for one account in one region. */
export interface ConnectorQuotas {
  readonly connectors: number;
  readonly challengesPerConnector: number;
}
