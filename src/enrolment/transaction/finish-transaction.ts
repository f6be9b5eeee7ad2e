import { connectorPartition } from '../../connectors/connector-record.ts';
import { DAY_MS, SECOND_MS } from '../../durations.ts';
import type { CertificateWithChain } from '../../issuer/issuer.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { addedMembers } from '../../store/added-members.ts';
import { putEntry } from '../../store/collection.ts';
import type { Write, WriteCondition } from '../../store/record-store.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { noteCertifiedKey } from '../authorise/certified-keys.ts';
import {
  type IssuedCertificateRecord,
  issuedCertificates,
  serialHex,
} from '../authorise/issued-certificate-record.ts';
import type { OpenTransaction } from './open-transaction.ts';
import { type IssuedTransaction, transactions } from './transaction-record.ts';

/** A certificate stays on record this long after its end, so that a late renewal gets a reason. */
const RECORD_GRACE_MS = 30 * DAY_MS;

/**
 * A CA knows an idempotency token for five minutes and would return the same certificate for it.
 */
const SHORTEST_REPEAT_MS = 330 * SECOND_MS;

/** A certificate, and what it was issued for. */
export interface Grant
  extends Pick<IssuedTransaction, 'signerKeyDigest' | 'sealedReplyPassword' | 'right'> {
  /** The key of the transaction, and the condition under which it ends. */
  readonly key: string;
  readonly condition: WriteCondition;
  /** DER. */
  readonly certificate: Uint8Array;
  readonly certificateArn: string;
  readonly recording?: IssuedTransaction['recording'];
  /** Members that a later version added to the transaction. */
  readonly added?: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
}

/** A transaction that has ended well, and the record of its certificate. */
export interface Granted {
  readonly transaction: IssuedTransaction;
  readonly issued: IssuedCertificateRecord;
  readonly writes: readonly Write[];
}

/**
 * Stores the certificate that a CA has issued, as `grant` says.
 * @returns false when the transaction has changed since it was read
 */
export async function finishTransaction(
  { deps, connector, entry }: OpenTransaction,
  certificateArn: string,
  { certificate }: CertificateWithChain,
): Promise<boolean> {
  const { signerKeyDigest, sealedReplyPassword, right } = entry.value;
  const { writes } = grant({
    ...{ key: entry.key, condition: { version: entry.version }, issuedAt: deps.clock() },
    ...{ signerKeyDigest, sealedReplyPassword, right, certificate, certificateArn },
    added: addedMembers(transactions, entry.value),
  });
  const { outcome } = await deps.store.commit(connectorPartition(connector.id), writes);
  return outcome === 'committed';
}

/**
 * The certificate goes on record once, for renewals, and the transaction refers to it. For half of
 * the certificate's life the same request gets the same certificate. After that it counts as a new
 * request, since a device that keeps its key must not get a certificate that is about to end; the
 * transaction stays, so that a revoked certificate is noticed.
 */
export function grant({
  key,
  condition,
  certificate,
  certificateArn,
  recording,
  added,
  sealedReplyPassword,
  issuedAt,
  ...common
}: Grant): Granted {
  const parsed = parseCertificate(certificate);
  const serial = serialHex(parsed.serialNumber);
  const end = parsed.notAfter.getTime();
  const transaction: IssuedTransaction = {
    ...added,
    ...{ state: 'issued', ...common, serial },
    ...omitUndefined({ sealedReplyPassword, recording }),
    issuedAt,
    repeatUntil: issuedAt + Math.max(Math.floor((end - issuedAt) / 2), SHORTEST_REPEAT_MS),
  };
  const lineage = common.right.kind === 'renewal' ? common.right.lineage : serial;
  const issued = { certificate, certificateArn, lineage, successors: 0 };
  const writes = [
    putEntry(transactions, key, transaction, {
      condition,
      expiresAt: Math.max(end, issuedAt + SHORTEST_REPEAT_MS),
    }),
    putEntry(issuedCertificates, serial, issued, {
      condition: 'absent',
      expiresAt: end + RECORD_GRACE_MS,
    }),
    noteCertifiedKey(parsed, end + RECORD_GRACE_MS),
  ];
  return { transaction, issued, writes };
}
