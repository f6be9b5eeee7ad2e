import { z } from 'zod';
import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { connectorPartition } from '../connectors/connector-record.ts';
import { findConnector } from '../connectors/find-connector.ts';
import { Refusal } from '../scep/refusal.ts';
import {
  defineCollection,
  deleteEntry,
  getEntry,
  listEntries,
  putEntry,
} from '../store/collection.ts';
import { advanceTransaction } from './advance-transaction.ts';
import type { TransactionDependencies } from './start-transaction.ts';
import { transactions } from './transaction-record.ts';

/** The transactions that clients have been told to wait for, of all connectors, in one partition of their own. */
const unfinished = defineCollection(
  'unfinished',
  z.strictObject({ connectorId: z.string(), transactionKey: z.string() }),
);
const PARTITION = 'unfinished-transactions';
const PAGE = 100;

/**
 * Notes that the client of a transaction has been told to wait. The list is written first: an entry too many costs one look,
 * one too few would leave the transaction to the client's polls.
 */
export async function keepWaiting(
  { store }: TransactionDependencies,
  { id }: ConnectorRecord,
  key: string,
): Promise<void> {
  const partition = connectorPartition(id);
  const entry = await getEntry(store, partition, transactions, key);
  if (entry?.value.state !== 'issuing' || entry.value.waiting) return;
  const name = `${id}/${key}`;
  const { version, expiresAt } = entry;
  const options = expiresAt === undefined ? {} : { expiresAt };
  await store.commit(PARTITION, [
    putEntry(unfinished, name, { connectorId: id, transactionKey: key }, options),
  ]);
  await store.commit(partition, [
    putEntry(
      transactions,
      key,
      { ...entry.value, waiting: true },
      { ...options, condition: { version } },
    ),
  ]);
}

/**
 * Takes every transaction on the list one step further. Run it every few seconds on any replica, or on all: that is how issuing
 * goes on after PENDING whoever dies. Gives the number of transactions that are still unfinished.
 */
export async function resumeTransactions(deps: TransactionDependencies): Promise<number> {
  let remaining = 0;
  let position: { after?: string } = {};
  for (;;) {
    const page = await listEntries(deps.store, PARTITION, unfinished, {
      ...position,
      limit: PAGE,
    });
    for (const { key, value } of page) {
      if (await isFinished(deps, value.connectorId, value.transactionKey)) {
        await deps.store.commit(PARTITION, [deleteEntry(unfinished, key)]);
      } else {
        remaining += 1;
      }
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return remaining;
    position = { after: last.key };
  }
}

async function isFinished(
  deps: TransactionDependencies,
  connectorId: string,
  key: string,
): Promise<boolean> {
  const connector = await findConnector(deps.store, connectorId);
  if (connector?.status !== 'ACTIVE') return true;
  try {
    return (await advanceTransaction(deps, connector, key, 0))?.state !== 'issuing';
  } catch (error) {
    if (error instanceof Refusal) return true;
    throw error;
  }
}
