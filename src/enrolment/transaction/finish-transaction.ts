import { type ConnectorRecord, connectorPartition } from '../../connectors/connector-record.ts';
import type { CertificateWithChain } from '../../issuer/issuer.ts';
import { type Entry, putEntry } from '../../store/collection.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { issuedCertificates, serialHex } from '../authorise/issued-certificate-record.ts';
import type { TransactionDependencies } from './start-transaction.ts';
import {
  type IssuedTransaction,
  type IssuingTransaction,
  transactions,
} from './transaction-record.ts';

/** A certificate stays on record for a month after its end, so that a late renewal is told what is wrong. */
const RECORD_GRACE = 30 * 86_400_000;

/** No shorter: a CA knows an idempotency token for five minutes, and would give the same certificate for it again. */
const SHORTEST_REPEAT = 330_000;

/**
 * Stores the certificate, once: on record for renewals, to which the transaction refers from then on. For half of the certificate's
 * life the same request gets the same certificate (protocol S16). Later it is a new request, since a device that keeps its key and
 * enrols again in time must not get the certificate that is about to end; the transaction stays, to tell of a revocation.
 * @returns whether the transaction was still the one that was read
 */
export async function finishTransaction(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  { key, value, version }: Entry<IssuingTransaction>,
  certificateArn: string,
  { certificate }: CertificateWithChain,
): Promise<boolean> {
  const { serialNumber, notAfter } = parseCertificate(certificate);
  const serial = serialHex(serialNumber);
  const issuedAt = deps.clock();
  const end = notAfter.getTime();
  const { signerKeyDigest, sealedReplyPassword, right } = value;
  const issued: IssuedTransaction = {
    ...{ state: 'issued', signerKeyDigest, right, serial },
    ...(sealedReplyPassword === undefined ? {} : { sealedReplyPassword }),
    issuedAt,
    repeatUntil: issuedAt + Math.max(Math.floor((end - issuedAt) / 2), SHORTEST_REPEAT),
  };
  const lineage = right.kind === 'renewal' ? right.lineage : serial;
  const record = { certificate, certificateArn, lineage, successors: 0 };
  const partition = connectorPartition(connector.id);
  const { outcome } = await deps.store.commit(partition, [
    putEntry(transactions, key, issued, {
      condition: { version },
      expiresAt: Math.max(end, issuedAt + SHORTEST_REPEAT),
    }),
    putEntry(issuedCertificates, serial, record, {
      condition: 'absent',
      expiresAt: end + RECORD_GRACE,
    }),
  ]);
  return outcome === 'committed';
}
