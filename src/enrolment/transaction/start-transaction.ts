import { createHash } from 'node:crypto';
import { OID } from '../../asn1/object-identifiers.ts';
import { type ConnectorRecord, connectorPartition } from '../../connectors/connector-record.ts';
import { deletionMarks, unlessDeleted } from '../../connectors/deletion-mark.ts';
import type { ConnectorPolicy } from '../../connectors/tags/connector-policy.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { Refusal } from '../../scep/refusal.ts';
import { type Entry, getEntry, putEntry, replaceEntry } from '../../store/collection.ts';
import type { RecordStore, Write } from '../../store/record-store.ts';
import type { Sealer } from '../../store/seal.ts';
import { parseExtendedKeyUsage } from '../../x509/extended-key-usage.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { type Authorised, redeem } from '../authorise/authorise.ts';
import { MAX_SUCCESSORS } from '../authorise/find-holder.ts';
import { findBySerial, issuedCertificates } from '../authorise/issued-certificate-record.ts';
import { decideValidity } from './decide-validity.ts';
import {
  type IssuingTransaction,
  pollKey,
  polls,
  type TransactionRecord,
  transactionSealContext,
  transactions,
} from './transaction-record.ts';
import type { WaitingRoom } from './waiting-room.ts';

export interface TransactionDependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  readonly issuer: Issuer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Who may wait for a CA; without it everybody may. */
  readonly waitingRoom?: WaitingRoom;
  /** Is told, for an administrator, of a request that may have become a certificate that nobody gets. */
  readonly reportUncertain?: (issuing: UncertainIssuing) => void;
}

interface UncertainIssuing {
  readonly connectorArn: string;
  readonly certificateAuthorityArn: string;
  readonly idempotencyToken: string;
  /** The CA was asked then, or soon after. */
  readonly askedSince: Date;
}

/** What identifies the transaction, beside the request itself. */
export interface TransactionNames {
  /** As `transactionKey` makes it. */
  readonly key: string;
  /** The transactionID, for CertPoll. */
  readonly transactionId: string;
  readonly signerKeyDigest: string;
  /** The challenge password, when only it can encrypt the reply. */
  readonly replyPassword: string | undefined;
}

/** A transaction that nobody finishes is forgotten after a week. */
const UNFINISHED_LIFETIME = 7 * 86_400_000;

/**
 * Stores a transaction for what has been authorised, unless it is there already. From here on it can be finished by any replica,
 * whatever becomes of this one (`advanceTransaction`).
 * @param earlier the one of the same request that is over (`isOver`), which it replaces
 * @returns its `asked.since` when this call stored it, which may then ask the CA first; else undefined
 * @throws Refusal when the validity asked for cannot be had, or the connector is being deleted; IssuerError
 */
export async function startTransaction(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  policy: ConnectorPolicy,
  names: TransactionNames,
  authorised: Authorised,
  earlier: Entry<TransactionRecord> | undefined,
): Promise<number | undefined> {
  const granted = redeem(authorised);
  const partition = connectorPartition(connector.id);
  const transaction = await newTransaction(deps, connector, policy, names, granted, earlier);
  const expiresAt = transaction.startedAt + UNFINISHED_LIFETIME;
  const pointer = { transactionKey: names.key };
  const condition = earlier === undefined ? 'absent' : { version: earlier.version };
  const writes = [
    putEntry(transactions, names.key, transaction, { condition, expiresAt }),
    putEntry(polls, pollKey(names.transactionId, names.signerKeyDigest), pointer, { expiresAt }),
    unlessDeleted(),
  ];
  for (;;) {
    const counted = await successorWrites(deps.store, connector, granted);
    const result = counted && (await deps.store.commit(partition, [...writes, ...counted]));
    if (result?.outcome === 'committed') return transaction.startedAt;
    if (result?.collection === deletionMarks.name) throw new Refusal('connector-deleted');
    const found = await getEntry(deps.store, partition, transactions, names.key);
    // The same request was faster.
    if (found?.version !== earlier?.version) return undefined;
    if (counted === undefined) throw new Refusal('renewal-too-often');
  }
}

async function newTransaction(
  { sealer, issuer, clock }: TransactionDependencies,
  connector: ConnectorRecord,
  policy: ConnectorPolicy,
  { key, signerKeyDigest, replyPassword }: TransactionNames,
  { csr, right, predecessor }: Authorised,
  earlier: Entry<TransactionRecord> | undefined,
): Promise<IssuingTransaction> {
  const authority = await issuer.describeAuthority(connector.certificateAuthorityArn);
  const authorityEnd = parseCertificate(authority.certificate).notAfter;
  const startedAt = clock();
  const names = csr.extensions.some(({ oid }) => oid === OID.extKeyUsage);
  const held = predecessor?.certificate.extensions.find(({ oid }) => oid === OID.extKeyUsage);
  const passwordContext = transactionSealContext(connector.id, key, 'reply-password');
  return {
    state: 'issuing',
    signerKeyDigest,
    ...(replyPassword === undefined
      ? {}
      : { sealedReplyPassword: sealer.seal(Buffer.from(replyPassword), passwordContext) }),
    right,
    idempotencyToken: idempotencyToken(connector.id, key, earlier?.version),
    sealedCsr: sealer.seal(csr.der, transactionSealContext(connector.id, key, 'csr')),
    ...decideValidity(csr, policy.validity, authorityEnd, startedAt),
    // A renewal keeps its purposes; a first certificate that names none is for clients.
    ...(names
      ? {}
      : { extendedKeyUsage: held ? [...parseExtendedKeyUsage(held.value)] : [OID.clientAuth] }),
    // Stored with the rest, for the CA is asked at once.
    asked: { since: startedAt },
    startedAt,
  };
}

/** Counts a renewal against the certificate it renews, in the same commit; undefined when it has been renewed too often. */
async function successorWrites(
  store: RecordStore,
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
 * At most 36 characters, as IssueCertificate takes it. The CA may still know that of the transaction which is replaced.
 * @param replaced its version
 */
function idempotencyToken(connectorId: string, key: string, replaced: number | undefined): string {
  const name = [connectorId, key, ...(replaced === undefined ? [] : [replaced])].join('/');
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}
