import { type ConnectorRecord, connectorPartition } from '../../connectors/connector-record.ts';
import type { RefusalReason } from '../../scep/refusal.ts';
import {
  deleteEntry,
  type Entry,
  getEntry,
  putEntry,
  replaceEntry,
} from '../../store/collection.ts';
import type { Write } from '../../store/record-store.ts';
import { issuedCertificates } from '../authorise/issued-certificate-record.ts';
import type { TransactionDependencies } from './start-transaction.ts';
import { type IssuingTransaction, transactions } from './transaction-record.ts';

/** A client that polls learns of the failure for a day; RFC 8894 clients poll for eight hours at most. */
const FAILED_LIFETIME = 86_400_000;

/**
 * Ends a transaction, unless it has changed since it was read. When a certificate may have been issued, the failure stays for
 * as long as the transaction would have, and the same request gets it. Otherwise it is stored for the polls of a client that
 * has been told to wait, or nothing is kept, and the same request may be sent again once the cause has been mended. A renewal
 * that came to nothing is not counted against its certificate.
 * @returns whether it has been ended
 */
export async function failTransaction(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  { key, value, version, expiresAt }: Entry<IssuingTransaction>,
  reason: RefusalReason,
  certainty: 'not issued' | 'maybe issued' = 'not issued',
): Promise<boolean> {
  const { signerKeyDigest, right, waiting } = value;
  const failedAt = deps.clock();
  const failed = { state: 'failed', signerKeyDigest, right, reason, failedAt } as const;
  const condition = { version };
  const end = certainty === 'maybe issued' ? expiresAt : failedAt + FAILED_LIFETIME;
  const options = { condition, ...(end === undefined ? {} : { expiresAt: end }) };
  const ending =
    waiting || certainty === 'maybe issued'
      ? putEntry(transactions, key, failed, options)
      : deleteEntry(transactions, key, condition);
  const partition = connectorPartition(connector.id);
  const writes = [ending, ...(await uncounted(deps, partition, value))];
  return (await deps.store.commit(partition, writes)).outcome === 'committed';
}

async function uncounted(
  { store }: TransactionDependencies,
  partition: string,
  { right }: IssuingTransaction,
): Promise<Write[]> {
  if (right.kind !== 'renewal') return [];
  const entry = await getEntry(store, partition, issuedCertificates, right.predecessor);
  if (entry === undefined) return [];
  const fewer = { ...entry.value, successors: Math.max(0, entry.value.successors - 1) };
  return [replaceEntry(issuedCertificates, entry, fewer)];
}
