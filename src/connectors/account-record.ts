import { z } from 'zod';
import { allEntries } from '../store/all-entries.ts';
import { defineCollection, getEntry, putEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { ConnectorScope } from './connector-arns.ts';

/** One account in one region: which connectors it has, how many, and its client tokens. */
export function accountPartition({ accountId, region }: ConnectorScope): string {
  return `account-${accountId}-${region}`;
}

/** Every connector of an account by its id, noted before its record is made and until after all of it has gone. */
export const listedConnectors = defineCollection(
  'connectors',
  /** Milliseconds since the epoch. */
  z.strictObject({ listedAt: z.number() }),
);

/** The accounts that have ever made a connector. */
const accounts = defineCollection(
  'accounts',
  z.strictObject({ accountId: z.string(), region: z.string() }),
);
const ACCOUNTS = 'accounts';

/** Puts an account on the list of those that have connectors, once. To be called before its first connector is listed. */
export async function noteAccount(
  store: RecordStore,
  { accountId, region }: ConnectorScope,
): Promise<void> {
  const key = accountPartition({ accountId, region });
  if ((await getEntry(store, ACCOUNTS, accounts, key)) !== undefined) return;
  await store.commit(ACCOUNTS, [putEntry(accounts, key, { accountId, region })]);
}

/** The ids of all connectors there are, of every account. */
export async function* allConnectorIds(store: RecordStore): AsyncGenerator<string> {
  for await (const account of allEntries(store, ACCOUNTS, accounts)) {
    for await (const { key } of allEntries(
      store,
      accountPartition(account.value),
      listedConnectors,
    )) {
      yield key;
    }
  }
}

/** Limits on what there may be, counted for one account in one region. */
export interface ConnectorQuotas {
  readonly connectors: number;
  readonly challengesPerConnector: number;
}
