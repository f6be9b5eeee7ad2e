import { DAY_MS } from '../../durations.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { type Entry, putEntry } from '../../store/collection.ts';
import type { Write } from '../../store/record-store.ts';
import type { Authorised } from '../authorise/authorise.ts';
import type { IssuedCertificateRecord } from '../authorise/issued-certificate-record.ts';
import { grant } from './finish-transaction.ts';
import { makeAtOnce } from './make-at-once.ts';
import type { TransactionDependencies } from './open-transaction.ts';
import { type ConnectorWithPolicy, planCertificate } from './plan-certificate.ts';
import {
  type IssuedTransaction,
  type IssuingTransaction,
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

/** A transaction with the writes that store it: with its certificate when the CA is local. */
export type NewTransaction = { readonly writes: readonly Write[] } & (
  | { readonly transaction: IssuedTransaction; readonly issued: IssuedCertificateRecord }
  | { readonly transaction: IssuingTransaction; readonly issued?: undefined }
);

export const UNFINISHED_LIFETIME_MS = 7 * DAY_MS;

/**
 * Plans the certificate and has a local CA make it. Nothing is stored.
 * @throws Refusal when the requested validity or the subject is not allowed, or the CA will not
 *   issue; IssuerError
 */
export async function prepareTransaction(
  deps: TransactionDependencies,
  exchange: ConnectorWithPolicy,
  { authorised, key, signerKeyDigest, replyPassword, replaced }: AuthorisedRequest,
): Promise<NewTransaction> {
  const { connector } = exchange;
  const condition = replaced === undefined ? 'absent' : { version: replaced.version };
  const seal = (octets: Uint8Array, what: 'csr' | 'reply-password') =>
    deps.sealer.seal(octets, transactionSealContext(connector.id, key, what));
  const common = {
    ...{ signerKeyDigest, right: authorised.right },
    ...(replyPassword === undefined
      ? {}
      : { sealedReplyPassword: seal(Buffer.from(replyPassword), 'reply-password') }),
  };
  // The CA may still know the token of the transaction that is replaced.
  const attempt = replaced === undefined ? [key] : [key, replaced.version];
  const plan = await planCertificate(deps, exchange, authorised, attempt);
  const made = await makeAtOnce(deps.issuer, connector, plan);
  if (made !== undefined) {
    const { certificate, certificateArn, templateName, idempotencyToken } = made;
    const recording = { templateName, idempotencyToken };
    const issuedAt = deps.clock();
    return grant({ ...common, key, condition, certificate, certificateArn, recording, issuedAt });
  }
  const { csr, plannedAt, ...asked } = plan;
  const transaction: IssuingTransaction = {
    ...{ state: 'issuing', ...common, ...omitUndefined(asked) },
    sealedCsr: seal(csr.der, 'csr'),
    // Stored with the rest, because this call asks the CA at once.
    asked: { since: plannedAt },
    startedAt: plannedAt,
  };
  const expiresAt = plannedAt + UNFINISHED_LIFETIME_MS;
  const write = putEntry(transactions, key, transaction, { condition, expiresAt });
  return { transaction, writes: [write] };
}
