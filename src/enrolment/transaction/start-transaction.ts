import { createHash } from 'node:crypto';
import { type ConnectorRecord, connectorPartition } from '../../connectors/connector-record.ts';
import { deletionMarks, unlessDeleted } from '../../connectors/deletion-mark.ts';
import type { RaIdentitySet } from '../../connectors/ra/ra-identities.ts';
import type { ConnectorPolicy } from '../../connectors/tags/connector-policy.ts';
import { DAY_MS } from '../../durations.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { Refusal } from '../../scep/refusal.ts';
import { type Entry, getEntry, putEntry, replaceEntry } from '../../store/collection.ts';
import type { Write } from '../../store/record-store.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { type Authorised, redeem } from '../authorise/authorise.ts';
import { MAX_SUCCESSORS } from '../authorise/find-holder.ts';
import { findBySerial, issuedCertificates } from '../authorise/issued-certificate-record.ts';
import { requireUnreservedSubject } from '../authorise/reserved-names.ts';
import { decideValidity } from './decide-validity.ts';
import type { TransactionDependencies, TransactionReference } from './open-transaction.ts';
import { planPassthrough } from './plan-passthrough.ts';
import {
  type IssuingTransaction,
  pollKey,
  polls,
  type TransactionRecord,
  transactionSealContext,
  transactions,
} from './transaction-record.ts';

/** An authorised request, and what identifies its transaction. */
export interface AuthorisedRequest {
  readonly authorised: Authorised;
  /** As `transactionKey` makes it. */
  readonly key: string;
  /** The transactionID, for CertPoll. */
  readonly transactionId: string;
  readonly signerKeyDigest: string;
  /** The challenge password, when only it can encrypt the reply. */
  readonly replyPassword: string | undefined;
  /** The transaction of the same request that is over (`isOver`); the new one replaces it. */
  readonly replaced: Entry<TransactionRecord> | undefined;
}

interface ConnectorWithPolicy {
  readonly connector: ConnectorRecord;
  readonly policy: ConnectorPolicy;
  readonly raIdentities: RaIdentitySet;
}

const UNFINISHED_LIFETIME_MS = 7 * DAY_MS;

/**
 * Stores a transaction for an authorised request, unless there is one already. From then on any
 * replica can finish it with `advanceTransaction`, even when this one dies.
 * @returns its `asked.since` when this call stored it and may ask the CA first; otherwise undefined
 * @throws Refusal when the requested validity or the subject is not allowed, or the connector is
 *   being deleted
 * @throws IssuerError
 */
export async function startTransaction(
  deps: TransactionDependencies,
  exchange: ConnectorWithPolicy,
  request: AuthorisedRequest,
): Promise<number | undefined> {
  const { connector } = exchange;
  const { key, transactionId, signerKeyDigest, replaced } = request;
  const authorised = redeem(request.authorised);
  const partition = connectorPartition(connector.id);
  const transaction = await newTransaction(deps, exchange, request);
  const expiresAt = transaction.startedAt + UNFINISHED_LIFETIME_MS;
  const pointer = { transactionKey: key };
  const condition = replaced === undefined ? 'absent' : { version: replaced.version };
  const writes = [
    putEntry(transactions, key, transaction, { condition, expiresAt }),
    putEntry(polls, pollKey(transactionId, signerKeyDigest), pointer, { expiresAt }),
    unlessDeleted(),
  ];
  for (;;) {
    const counted = await countRenewal(deps, connector, authorised);
    const result = counted && (await deps.store.commit(partition, [...writes, ...counted]));
    if (result?.outcome === 'committed') return transaction.startedAt;
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

async function newTransaction(
  { sealer, issuer, clock }: TransactionDependencies,
  { connector, policy, raIdentities }: ConnectorWithPolicy,
  { authorised, key, signerKeyDigest, replyPassword, replaced }: AuthorisedRequest,
): Promise<IssuingTransaction> {
  const { csr, right, extensions } = authorised;
  const authority = await issuer.describeAuthority(connector.certificateAuthorityArn);
  const issuing = parseCertificate(authority.certificate);
  const path = [issuing, ...authority.chain.map(parseCertificate)];
  requireUnreservedSubject(csr.subject, path, raIdentities);
  const startedAt = clock();
  const passwordContext = transactionSealContext(connector.id, key, 'reply-password');
  return {
    state: 'issuing',
    signerKeyDigest,
    ...omitUndefined({
      sealedReplyPassword:
        replyPassword === undefined
          ? undefined
          : sealer.seal(Buffer.from(replyPassword), passwordContext),
      passthrough: planPassthrough(csr, extensions),
    }),
    right,
    idempotencyToken: idempotencyToken(connector.id, key, replaced?.version),
    sealedCsr: sealer.seal(csr.der, transactionSealContext(connector.id, key, 'csr')),
    ...decideValidity(csr, policy.validity, issuing.notAfter, startedAt),
    // Stored with the rest, because this call asks the CA at once.
    asked: { since: startedAt },
    startedAt,
  };
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

/**
 * At most 36 characters, as IssueCertificate requires. It differs from the token of the replaced
 * transaction, which the CA may still know.
 */
function idempotencyToken(
  connectorId: string,
  key: string,
  replacedVersion: number | undefined,
): string {
  const name = [connectorId, key, ...(replacedVersion === undefined ? [] : [replacedVersion])];
  return createHash('sha256').update(name.join('/')).digest('hex').slice(0, 32);
}
