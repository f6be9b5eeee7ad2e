import { createHash } from 'node:crypto';
import { OID } from '../asn1/object-identifiers.ts';
import type { ConnectorPolicy } from '../connectors/connector-policy.ts';
import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { connectorPartition } from '../connectors/connector-record.ts';
import { awaitCertificate } from '../issuer/await-certificate.ts';
import type { Issuer } from '../issuer/issuer.ts';
import { IssuerError } from '../issuer/issuer.ts';
import { deleteEntry, getEntry, putEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import { parseCertificate } from '../x509/parse-certificate.ts';
import type { CertificationRequest } from '../x509/parse-certification-request.ts';
import type { Authorised } from './authorise.ts';
import { redeem } from './authorise.ts';
import { refusalOfIssuerError } from './refusal-of-issuer-error.ts';
import { decideNotAfter } from './requested-validity.ts';
import type { IssuedTransaction, IssuingTransaction } from './transaction-record.ts';
import { transactions } from './transaction-record.ts';

interface Dependencies {
  readonly store: RecordStore;
  readonly issuer: Issuer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** An unfinished transaction is forgotten after a day; until then whoever retries it finishes it. */
const UNFINISHED_LIFETIME = 86_400_000;

/**
 * Has the connector's CA issue one certificate for a transaction, however many requests ask for it at once and whenever the
 * process dies: the transaction is stored before the CA is asked, the CA recognises its idempotency token, and the
 * first certificate stored is the one that everybody gets.
 * @throws Refusal when the CA will not have it; IssuerError when it cannot be asked now
 */
export async function issue(
  deps: Dependencies,
  connector: ConnectorRecord,
  policy: ConnectorPolicy,
  key: string,
  authorised: Authorised,
): Promise<IssuedTransaction> {
  const csr = redeem(authorised);
  const partition = connectorPartition(connector.id);
  const started = await start(deps, connector, policy, key, authorised);
  if (started.state === 'issued') return started;
  try {
    const issued = await askAuthority(deps, connector, csr, started);
    return await finish(deps.store, partition, key, issued);
  } catch (error) {
    const refusal = error instanceof IssuerError ? refusalOfIssuerError(error) : undefined;
    if (refusal === undefined) throw error;
    await deps.store.commit(partition, [deleteEntry(transactions, key)]);
    throw refusal;
  }
}

/** The finished transaction of a request that has been granted before, or undefined. */
export async function findIssued(
  store: RecordStore,
  connectorId: string,
  key: string,
): Promise<IssuedTransaction | undefined> {
  const entry = await getEntry(store, connectorPartition(connectorId), transactions, key);
  return entry?.value.state === 'issued' ? entry.value : undefined;
}

/** Stores the transaction, or gives the one that is there already. */
async function start(
  { store, issuer, clock }: Dependencies,
  connector: ConnectorRecord,
  policy: ConnectorPolicy,
  key: string,
  { csr, by }: Authorised,
): Promise<IssuingTransaction | IssuedTransaction> {
  const partition = connectorPartition(connector.id);
  const existing = await getEntry(store, partition, transactions, key);
  if (existing !== undefined) return existing.value;
  const authority = await issuer.describeAuthority(connector.certificateAuthorityArn);
  const authorityEnd = parseCertificate(authority.certificate).notAfter;
  const now = clock();
  const transaction: IssuingTransaction = {
    state: 'issuing',
    idempotencyToken: idempotencyToken(connector.id, key, now),
    notAfter: decideNotAfter(csr, policy.validity, authorityEnd, now),
    challengeArn: by.challengeArn,
    startedAt: now,
  };
  const expiresAt = now + UNFINISHED_LIFETIME;
  const result = await store.commit(partition, [
    putEntry(transactions, key, transaction, { condition: 'absent', expiresAt }),
  ]);
  if (result.outcome === 'committed') return transaction;
  return (await getEntry(store, partition, transactions, key))?.value ?? transaction;
}

async function askAuthority(
  { issuer, clock }: Dependencies,
  { certificateAuthorityArn }: ConnectorRecord,
  csr: CertificationRequest,
  { idempotencyToken, notAfter, challengeArn }: IssuingTransaction,
): Promise<IssuedTransaction> {
  const namesPurpose = csr.extensions.some(({ oid }) => oid === OID.extKeyUsage);
  const certificateArn = await issuer.issueCertificate({
    authorityArn: certificateAuthorityArn,
    csr: csr.der,
    template: 'BlankEndEntityCertificate_APICSRPassthrough/V1',
    notAfter: new Date(notAfter),
    idempotencyToken,
    ...(namesPurpose ? {} : { extendedKeyUsage: [OID.clientAuth] }),
  });
  const { certificate } = await awaitCertificate(issuer, certificateAuthorityArn, certificateArn);
  return { state: 'issued', certificateArn, certificate, challengeArn, issuedAt: clock() };
}

/**
 * The transaction stays until its certificate ends: until then the same request gets the same certificate, and a replayed
 * one gets no new one (protocol S16).
 */
async function finish(
  store: RecordStore,
  partition: string,
  key: string,
  issued: IssuedTransaction,
): Promise<IssuedTransaction> {
  const current = await getEntry(store, partition, transactions, key);
  if (current?.value.state === 'issued') return current.value;
  const condition = current === undefined ? 'absent' : { version: current.version };
  const expiresAt = parseCertificate(issued.certificate).notAfter.getTime();
  const result = await store.commit(partition, [
    putEntry(transactions, key, issued, { condition, expiresAt }),
  ]);
  if (result.outcome === 'committed') return issued;
  return finish(store, partition, key, issued);
}

/** At most 36 characters, as IssueCertificate takes it. The time sets apart two lives of the same transaction. */
function idempotencyToken(connectorId: string, key: string, startedAt: number): string {
  return createHash('sha256')
    .update(`${connectorId}/${key}/${startedAt}`)
    .digest('hex')
    .slice(0, 32);
}
