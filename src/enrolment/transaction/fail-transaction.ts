import { connectorPartition } from '../../connectors/connector-record.ts';
import { DAY_MS } from '../../durations.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import type { RefusalReason } from '../../scep/refusal.ts';
import { addedMembers } from '../../store/added-members.ts';
import { deleteEntry, getEntry, putEntry, replaceEntry } from '../../store/collection.ts';
import type { Write } from '../../store/record-store.ts';
import { issuedCertificates } from '../authorise/issued-certificate-record.ts';
import type { OpenTransaction } from './open-transaction.ts';
import { transactions } from './transaction-record.ts';

/** Polls learn of the failure for this long; clients poll for eight hours at most. */
const FAILED_LIFETIME_MS = DAY_MS;

/**
 * Ends a transaction, unless it has changed since it was read. When the CA may have issued a
 * certificate, the failure stays as long as the transaction would have, and the same request gets
 * this failure again. Otherwise the failure is stored only for a client that polls, and the same
 * request may be sent again once the cause has been mended. A failed renewal does not count against
 * its certificate.
 * @returns whether this call has ended it
 */
export async function failTransaction(
  transaction: OpenTransaction,
  reason: RefusalReason,
  certainty: 'not issued' | 'maybe issued' = 'not issued',
): Promise<boolean> {
  const { deps, connector, entry } = transaction;
  const { signerKeyDigest, right, waiting } = entry.value;
  const failedAt = deps.clock();
  const failed = {
    ...addedMembers(transactions, entry.value),
    ...({ state: 'failed', signerKeyDigest, right, reason, failedAt } as const),
  };
  const condition = { version: entry.version };
  const expiresAt = certainty === 'maybe issued' ? entry.expiresAt : failedAt + FAILED_LIFETIME_MS;
  const ending =
    waiting || certainty === 'maybe issued'
      ? putEntry(transactions, entry.key, failed, { condition, ...omitUndefined({ expiresAt }) })
      : deleteEntry(transactions, entry.key, condition);
  const writes = [ending, ...(await uncountRenewal(transaction))];
  const { outcome } = await deps.store.commit(connectorPartition(connector.id), writes);
  return outcome === 'committed';
}

async function uncountRenewal({ deps, connector, entry }: OpenTransaction): Promise<Write[]> {
  const { right } = entry.value;
  if (right.kind !== 'renewal') return [];
  const partition = connectorPartition(connector.id);
  const renewed = await getEntry(deps.store, partition, issuedCertificates, right.predecessor);
  if (renewed === undefined) return [];
  const fewer = { ...renewed.value, successors: Math.max(0, renewed.value.successors - 1) };
  return [replaceEntry(issuedCertificates, renewed, fewer)];
}
