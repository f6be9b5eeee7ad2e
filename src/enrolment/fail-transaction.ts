import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { connectorPartition } from '../connectors/connector-record.ts';
import type { Refusal } from '../scep/refusal.ts';
import type { Entry } from '../store/collection.ts';
import { deleteEntry, getEntry, putEntry } from '../store/collection.ts';
import type { Write } from '../store/record-store.ts';
import { issuedCertificates } from './issued-certificate-record.ts';
import type { TransactionDependencies } from './start-transaction.ts';
import type { IssuingTransaction, TransactionRecord } from './transaction-record.ts';
import { transactions } from './transaction-record.ts';

/** A client that polls learns of the failure for a day; RFC 8894 clients poll for eight hours at most. */
const FAILED_LIFETIME = 86_400_000;

/**
 * Ends a transaction that the CA refused. When the client has been told to wait, the failure is stored for its polls; otherwise
 * nothing is kept, and the same request may be sent again once the cause has been mended. A renewal that came to nothing
 * is not counted against its certificate.
 * @throws Refusal when the client has not been told to wait
 */
export async function failTransaction(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  { key, value, version }: Entry<IssuingTransaction>,
  refusal: Refusal,
): Promise<TransactionRecord | undefined> {
  const { signerKeyDigest, right, waiting } = value;
  const failedAt = deps.clock();
  const failed = {
    state: 'failed',
    signerKeyDigest,
    right,
    reason: refusal.reason,
    failedAt,
  } as const;
  const condition = { version };
  const ending = waiting
    ? putEntry(transactions, key, failed, { condition, expiresAt: failedAt + FAILED_LIFETIME })
    : deleteEntry(transactions, key, condition);
  const partition = connectorPartition(connector.id);
  const writes = [ending, ...(await uncounted(deps, partition, value))];
  const result = await deps.store.commit(partition, writes);
  if (result.outcome === 'committed' && !waiting) throw refusal;
  return (await getEntry(deps.store, partition, transactions, key))?.value;
}

async function uncounted(
  { store }: TransactionDependencies,
  partition: string,
  { right }: IssuingTransaction,
): Promise<Write[]> {
  if (right.kind !== 'renewal') return [];
  const entry = await getEntry(store, partition, issuedCertificates, right.predecessor);
  if (entry === undefined) return [];
  const { value, version, expiresAt } = entry;
  const fewer = { ...value, successors: Math.max(0, value.successors - 1) };
  const options = { condition: { version }, ...(expiresAt === undefined ? {} : { expiresAt }) };
  return [putEntry(issuedCertificates, entry.key, fewer, options)];
}
