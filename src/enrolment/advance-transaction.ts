import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { connectorPartition } from '../connectors/connector-record.ts';
import type { IssuedCertificate, Issuer } from '../issuer/issuer.ts';
import { IssuerError } from '../issuer/issuer.ts';
import { Refusal } from '../scep/refusal.ts';
import type { Entry } from '../store/collection.ts';
import { getEntry, putEntry } from '../store/collection.ts';
import { parseCertificate } from '../x509/parse-certificate.ts';
import { failTransaction } from './fail-transaction.ts';
import { issuedCertificates, serialKey } from './issued-certificate-record.ts';
import { refusalReasonOf } from './refusal-reason-of.ts';
import type { TransactionDependencies } from './start-transaction.ts';
import type {
  IssuedTransaction,
  IssuingTransaction,
  TransactionRecord,
} from './transaction-record.ts';
import { transactionSealContext, transactions } from './transaction-record.ts';

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;
/** A certificate stays on record for a month after its end, so that a late renewal is told what is wrong. */
const RECORD_GRACE = 30 * 86_400_000;

/**
 * Takes a transaction towards its end for `waitMs` milliseconds at most, and gives what it is then; undefined when it is not
 * there. Anybody may call it at any time and as often as he likes: the CA recognises the idempotency token, and the
 * first certificate stored is the one that everybody gets. A CA that cannot be asked just now is asked again.
 * @throws Refusal when the CA will not issue and the client has not been told to wait
 */
export async function advanceTransaction(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  key: string,
  waitMs: number,
): Promise<TransactionRecord | undefined> {
  let waited = 0;
  let pause = FIRST_PAUSE;
  for (;;) {
    const entry = await getEntry(deps.store, connectorPartition(connector.id), transactions, key);
    if (entry?.value.state !== 'issuing') return entry?.value;
    const next = await step(deps, connector, { ...entry, value: entry.value });
    if (next !== undefined) {
      if (next.state !== 'issuing') return next;
      continue;
    }
    if (waited + pause > waitMs) return entry.value;
    await sleep(pause);
    waited += pause;
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

/**
 * One step: has the CA take the request, or asks it for the certificate. The two are apart, with the name of the certificate
 * stored in between, because the CA recognises an idempotency token for five minutes only.
 */
async function step(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  entry: Entry<IssuingTransaction>,
): Promise<TransactionRecord | undefined> {
  const { certificateArn } = entry.value;
  try {
    if (certificateArn === undefined) return await take(deps, connector, entry);
    const authorityArn = connector.certificateAuthorityArn;
    const issued = await deps.issuer.getCertificate(authorityArn, certificateArn);
    return issued && (await finish(deps, connector, entry, certificateArn, issued));
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    const reason = refusalReasonOf(error.fault);
    if (reason === undefined) return undefined;
    return failTransaction(deps, connector, entry, new Refusal(reason, undefined, error));
  }
}

async function issueCertificate(
  { issuer, sealer }: { issuer: Issuer; sealer: TransactionDependencies['sealer'] },
  connector: ConnectorRecord,
  { key, value }: Entry<IssuingTransaction>,
): Promise<string> {
  const { notBefore, extendedKeyUsage } = value;
  return issuer.issueCertificate({
    authorityArn: connector.certificateAuthorityArn,
    csr: sealer.open(value.sealedCsr, transactionSealContext(connector.id, key, 'csr')),
    notAfter: new Date(value.notAfter),
    ...(notBefore === undefined ? {} : { notBefore: new Date(notBefore) }),
    ...(extendedKeyUsage === undefined ? {} : { extendedKeyUsage }),
    idempotencyToken: value.idempotencyToken,
  });
}

/** Has the CA take the request, and stores what it calls the certificate. */
async function take(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  entry: Entry<IssuingTransaction>,
): Promise<TransactionRecord | undefined> {
  const { key, value, version, expiresAt } = entry;
  const taken = { ...value, certificateArn: await issueCertificate(deps, connector, entry) };
  const options = { condition: { version }, ...(expiresAt === undefined ? {} : { expiresAt }) };
  const partition = connectorPartition(connector.id);
  await deps.store.commit(partition, [putEntry(transactions, key, taken, options)]);
  return (await getEntry(deps.store, partition, transactions, key))?.value;
}

/**
 * Stores the certificate, once: with the transaction, and on record for renewals. The transaction stays until the certificate
 * ends, so that until then the same request gets the same certificate (protocol S16).
 */
async function finish(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  { key, value, version }: Entry<IssuingTransaction>,
  certificateArn: string,
  { certificate }: IssuedCertificate,
): Promise<TransactionRecord | undefined> {
  const { serialNumber, notAfter } = parseCertificate(certificate);
  const serial = serialKey(serialNumber);
  const expiresAt = notAfter.getTime();
  const { signerKeyDigest, sealedReplyPassword, right } = value;
  const issued: IssuedTransaction = {
    ...{ state: 'issued', signerKeyDigest, right, certificateArn, certificate },
    ...(sealedReplyPassword === undefined ? {} : { sealedReplyPassword }),
    issuedAt: deps.clock(),
  };
  const lineage = right.kind === 'renewal' ? right.lineage : serial;
  const record = { certificate, certificateArn, lineage, successors: 0 };
  const partition = connectorPartition(connector.id);
  const result = await deps.store.commit(partition, [
    putEntry(transactions, key, issued, { condition: { version }, expiresAt }),
    putEntry(issuedCertificates, serial, record, {
      condition: 'absent',
      expiresAt: expiresAt + RECORD_GRACE,
    }),
  ]);
  if (result.outcome === 'committed') return issued;
  return (await getEntry(deps.store, partition, transactions, key))?.value;
}
