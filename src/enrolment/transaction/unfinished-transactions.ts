import { z } from 'zod';
import { type ConnectorRecord, connectorPartition } from '../../connectors/connector-record.ts';
import { findConnector } from '../../connectors/find-connector.ts';
import { IssuerError } from '../../issuer/issuer.ts';
import { Refusal } from '../../scep/refusal.ts';
import { allEntries } from '../../store/all-entries.ts';
import {
  defineCollection,
  deleteEntry,
  getEntry,
  putEntry,
  replaceEntry,
} from '../../store/collection.ts';
import { StoreUnavailableError } from '../../store/record-store.ts';
import { advanceTransaction } from './advance-transaction.ts';
import type { TransactionDependencies } from './start-transaction.ts';
import { type IssuingTransaction, transactions } from './transaction-record.ts';

/** The transactions that clients have been told to wait for, of all connectors, in one partition of their own. */
const unfinished = defineCollection(
  'unfinished',
  z.strictObject({ connectorId: z.string(), transactionKey: z.string() }),
);
const PARTITION = 'unfinished-transactions';

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
  const name = `${id}/${key}`;
  for (;;) {
    const entry = await getEntry(store, partition, transactions, key);
    if (entry?.value.state !== 'issuing' || entry.value.waiting) return;
    const { value, expiresAt } = entry;
    const options = expiresAt === undefined ? {} : { expiresAt };
    await store.commit(PARTITION, [
      putEntry(unfinished, name, { connectorId: id, transactionKey: key }, options),
    ]);
    const write = replaceEntry(transactions, entry, { ...value, waiting: true });
    if ((await store.commit(partition, [write])).outcome === 'committed') return;
  }
}

/**
 * Takes every transaction on the list one step further. Run it every few seconds on any replica, or on all: that is how issuing
 * goes on after PENDING whoever dies. A CA that does not take a request is not asked for others in the same round. Gives
 * the number of transactions that are still unfinished.
 * @throws AggregateError of what hindered some of them, when all have had their turn; StoreUnavailableError
 */
export async function resumeTransactions(deps: TransactionDependencies): Promise<number> {
  const busy = new Set<string>();
  const errors: unknown[] = [];
  let remaining = 0;
  for await (const { key, value, version } of allEntries(deps.store, PARTITION, unfinished)) {
    try {
      if (await isFinished(deps, value.connectorId, value.transactionKey, busy)) {
        await deps.store.commit(PARTITION, [deleteEntry(unfinished, key, { version })]);
      } else {
        remaining += 1;
      }
    } catch (error) {
      // It would hinder each of them, for a while.
      if (error instanceof StoreUnavailableError) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'transactions could not be finished');
  return remaining;
}

/** `busy` are the ARNs of CAs that have not taken a request in this round. */
async function isFinished(
  deps: TransactionDependencies,
  connectorId: string,
  key: string,
  busy: Set<string>,
): Promise<boolean> {
  const connector = await findConnector(deps.store, connectorId);
  if (connector?.status !== 'ACTIVE') return true;
  const partition = connectorPartition(connectorId);
  const { certificateAuthorityArn } = connector;
  try {
    if (busy.has(certificateAuthorityArn)) {
      const entry = await getEntry(deps.store, partition, transactions, key);
      if (entry?.value.state === 'issuing' && isUnasked(entry.value)) return false;
    }
    const transaction = await advanceTransaction(deps, connector, key, 0);
    if (transaction?.state !== 'issuing') return true;
    if (isUnasked(transaction)) busy.add(certificateAuthorityArn);
    return false;
  } catch (error) {
    if (error instanceof Refusal) return true;
    // The CA has not been asked to issue: no reason to pass over the others.
    if (error instanceof IssuerError) return false;
    throw error;
  }
}

function isUnasked({ certificateArn, asked }: IssuingTransaction): boolean {
  return certificateArn === undefined && asked === undefined;
}
