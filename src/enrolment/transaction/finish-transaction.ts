import { connectorPartition } from '../../connectors/connector-record.ts';
import { DAY_MS, SECOND_MS } from '../../durations.ts';
import type { CertificateWithChain } from '../../issuer/issuer.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { putEntry } from '../../store/collection.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { issuedCertificates, serialHex } from '../authorise/issued-certificate-record.ts';
import type { OpenTransaction } from './open-transaction.ts';
import { type IssuedTransaction, transactions } from './transaction-record.ts';

/** A certificate stays on record this long after its end, so that a late renewal gets a reason. */
const RECORD_GRACE_MS = 30 * DAY_MS;

/**
 * A CA knows an idempotency token for five minutes and would return the same certificate for it.
 */
const SHORTEST_REPEAT_MS = 330 * SECOND_MS;

/**
 * Stores the certificate once: on record for renewals, with a reference in the transaction. For
 * half of the certificate's life the same request gets the same certificate. After that it counts
 * as a new request, since a device that keeps its key must not get a certificate that is about to
 * end; the transaction stays, so that a revoked certificate is noticed.
 * @returns false when the transaction has changed since it was read
 */
export async function finishTransaction(
  { deps, connector, entry }: OpenTransaction,
  certificateArn: string,
  { certificate }: CertificateWithChain,
): Promise<boolean> {
  const { serialNumber, notAfter } = parseCertificate(certificate);
  const serial = serialHex(serialNumber);
  const issuedAt = deps.clock();
  const end = notAfter.getTime();
  const { signerKeyDigest, sealedReplyPassword, right } = entry.value;
  const issued: IssuedTransaction = {
    ...{ state: 'issued', signerKeyDigest, right, serial },
    ...omitUndefined({ sealedReplyPassword }),
    issuedAt,
    repeatUntil: issuedAt + Math.max(Math.floor((end - issuedAt) / 2), SHORTEST_REPEAT_MS),
  };
  const lineage = right.kind === 'renewal' ? right.lineage : serial;
  const record = { certificate, certificateArn, lineage, successors: 0 };
  const { outcome } = await deps.store.commit(connectorPartition(connector.id), [
    putEntry(transactions, entry.key, issued, {
      condition: { version: entry.version },
      expiresAt: Math.max(end, issuedAt + SHORTEST_REPEAT_MS),
    }),
    putEntry(issuedCertificates, serial, record, {
      condition: 'absent',
      expiresAt: end + RECORD_GRACE_MS,
    }),
  ]);
  return outcome === 'committed';
}
