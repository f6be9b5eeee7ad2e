import { type ConnectorRecord, connectorPartition } from '../../connectors/connector-record.ts';
import { deletionMarks, unlessDeleted } from '../../connectors/deletion-mark.ts';
import { Refusal } from '../../scep/refusal.ts';
import { getEntry, putEntry, replaceEntry } from '../../store/collection.ts';
import type { Write } from '../../store/record-store.ts';
import { type Authorised, redeem } from '../authorise/authorise.ts';
import { MAX_SUCCESSORS } from '../authorise/find-holder.ts';
import { findBySerial, issuedCertificates } from '../authorise/issued-certificate-record.ts';
import type { TransactionDependencies, TransactionReference } from './open-transaction.ts';
import type { ConnectorWithPolicy } from './plan-certificate.ts';
import {
  type AuthorisedRequest,
  type NewTransaction,
  prepareTransaction,
  UNFINISHED_LIFETIME_MS,
} from './prepare-transaction.ts';
import { pollKey, polls, transactions } from './transaction-record.ts';

/**
 * Stores a transaction for an authorised request, unless there is one already: with its
 * certificate, if the CA is in this process. Otherwise any replica can finish it from then on with
 * `advanceTransaction`, even when this one dies.
 * @returns undefined when another call was first
 * @throws Refusal when the requested validity or the subject is not allowed, the CA will not issue,
 *   or the connector is being deleted
 * @throws IssuerError
 */
export async function startTransaction(
  deps: TransactionDependencies,
  exchange: ConnectorWithPolicy,
  request: AuthorisedRequest,
): Promise<NewTransaction | undefined> {
  const { connector } = exchange;
  const { key, transactionId, signerKeyDigest, replaced } = request;
  const authorised = redeem(request.authorised);
  const partition = connectorPartition(connector.id);
  const started = await prepareTransaction(deps, exchange, request);
  const expiresAt = deps.clock() + UNFINISHED_LIFETIME_MS;
  const pointer = { transactionKey: key };
  const writes = [
    ...started.writes,
    putEntry(polls, pollKey(transactionId, signerKeyDigest), pointer, { expiresAt }),
    unlessDeleted(),
  ];
  for (;;) {
    const counted = await countRenewal(deps, connector, authorised);
    const result = counted && (await deps.store.commit(partition, [...writes, ...counted]));
    if (result?.outcome === 'committed') return started;
    if (result?.collection === deletionMarks.name) throw new Refusal('connector-deleted');
    const found = await getEntry(deps.store, partition, transactions, key);
    const otherWasFirst = found?.version !== replaced?.version;
    if (otherWasFirst) return undefined;
    if (counted === undefined) throw new Refusal('renewal-too-often');
  }
}

/**
 * Lets a signer poll for the transaction that another request for the same CSR has started. Call it
 * only when the signer has been authorised.
 */
export async function joinTransaction(
  { store, clock }: Pick<TransactionDependencies, 'store' | 'clock'>,
  { connector, key }: TransactionReference,
  pollName: string,
): Promise<void> {
  const expiresAt = clock() + UNFINISHED_LIFETIME_MS;
  const pointer = putEntry(polls, pollName, { transactionKey: key }, { expiresAt });
  const { outcome } = await store.commit(connectorPartition(connector.id), [
    pointer,
    unlessDeleted(),
  ]);
  if (outcome !== 'committed') throw new Refusal('connector-deleted');
}

/**
 * Counts a renewal against the certificate that it renews; undefined when that has had too many.
 */
async function countRenewal(
  { store }: Pick<TransactionDependencies, 'store'>,
  connector: ConnectorRecord,
  { predecessor }: Authorised,
): Promise<Write[] | undefined> {
  if (predecessor === undefined) return [];
  const entry = await findBySerial(store, connector, predecessor.certificate.serialNumber);
  if (entry === undefined) return [];
  if (entry.value.successors >= MAX_SUCCESSORS) return undefined;
  const counted = { ...entry.value, successors: entry.value.successors + 1 };
  return [replaceEntry(issuedCertificates, entry, counted)];
}
