import { z } from 'zod';
import { connectorPartition } from '../../connectors/connector-record.ts';
import { findConnector } from '../../connectors/find-connector.ts';
import { IssuerError } from '../../issuer/issuer.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { Refusal } from '../../scep/refusal.ts';
import {
  defineCollection,
  deleteEntry,
  getEntry,
  putEntry,
  replaceEntry,
  storedObject,
} from '../../store/collection.ts';
import { readableEntries } from '../../store/readable-entries.ts';
import { StoreUnavailableError } from '../../store/record-store.ts';
import { advanceTransaction } from './advance-transaction.ts';
import type { TransactionDependencies, TransactionReference } from './open-transaction.ts';
import { type IssuingTransaction, transactions } from './transaction-record.ts';

/** The transactions of all connectors whose clients were told to wait, in one partition. */
const unfinished = defineCollection(
  'unfinished',
  storedObject({ connectorId: z.string(), transactionKey: z.string() }),
);
const PARTITION = 'unfinished-transactions';

/**
 * Records that the client was told to wait. The list is written first: a superfluous entry costs
 * one look, while a missing one would leave the transaction to the client's polls.
 */
export async function keepWaiting(
  { store }: Pick<TransactionDependencies, 'store'>,
  { connector: { id }, key }: TransactionReference,
): Promise<void> {
  const partition = connectorPartition(id);
  const name = `${id}/${key}`;
  for (;;) {
    const entry = await getEntry(store, partition, transactions, key);
    if (entry?.value.state !== 'issuing' || entry.value.waiting) return;
    const { value, expiresAt } = entry;
    const listed = { connectorId: id, transactionKey: key };
    await store.commit(PARTITION, [
      putEntry(unfinished, name, listed, omitUndefined({ expiresAt })),
    ]);
    const write = replaceEntry(transactions, entry, { ...value, waiting: true });
    if ((await store.commit(partition, [write])).outcome === 'committed') return;
  }
}

/**
 * Moves every transaction on the list one step further. Run it every few seconds on one replica or
 * all, so that issuing continues after PENDING even when a replica dies. A CA that does not take a
 * request is not asked for others in the same round.
 * @returns how many transactions are still unfinished
 * @throws AggregateError with every failure, after all have had their turn
 * @throws StoreUnavailableError
 */
export async function resumeTransactions(deps: TransactionDependencies): Promise<number> {
  const busy = new Set<string>();
  const errors: unknown[] = [];
  let remaining = 0;
  for await (const { key, value, version } of readableEntries(deps.store, PARTITION, unfinished)) {
    try {
      if (await isFinished(deps, value.connectorId, value.transactionKey, busy)) {
        await deps.store.commit(PARTITION, [deleteEntry(unfinished, key, { version })]);
      } else {
        remaining += 1;
      }
    } catch (error) {
      // The others would fail in the same way.
      if (error instanceof StoreUnavailableError) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'transactions could not be finished');
  return remaining;
}

/** @param busy the ARNs of CAs that have not taken a request in this round */
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
    const transaction = await advanceTransaction(deps, { connector, key }, { waitMs: 0 });
    if (transaction?.state !== 'issuing') return true;
    if (isUnasked(transaction)) busy.add(certificateAuthorityArn);
    return false;
  } catch (error) {
    if (error instanceof Refusal) return true;
    // It could not be asked about a revocation, which says nothing of requests to issue.
    if (error instanceof IssuerError) return false;
    throw error;
  }
}

function isUnasked({ certificateArn, asked }: IssuingTransaction): boolean {
  return certificateArn === undefined && asked === undefined;
}
