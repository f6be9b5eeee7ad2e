import type { ConnectorRecord } from '../connectors/connector-record.ts';
import type { ChainPolicy, ConnectorPolicy } from '../connectors/tags/connector-policy.ts';
import type { Issuer } from '../issuer/issuer.ts';
import { Refusal } from '../scep/refusal.ts';
import {
  findBySerialHex,
  type IssuedCertificateRecord,
} from './authorise/issued-certificate-record.ts';
import type { EnrolmentDependencies } from './decider.ts';
import { type Decision, grantedCertificate, PENDING, type ReplyAddress } from './decision.ts';
import { recordAtAuthority } from './transaction/make-at-once.ts';
import type { TransactionReference } from './transaction/open-transaction.ts';
import type { TransactionRecord } from './transaction/transaction-record.ts';
import { keepWaiting } from './transaction/unfinished-transactions.ts';

/** A transaction as it was last read; `record` is undefined when there is none any more. */
interface KnownTransaction extends TransactionReference {
  readonly record: TransactionRecord | undefined;
  /** The record of its certificate, when it has been read already. */
  readonly issued?: IssuedCertificateRecord;
}

/**
 * What the client is told of its transaction. A certificate goes out once it is on the records of
 * connector and CA. Before PENDING goes out, the transaction is put on
 * the list that `resumeTransactions` works off.
 * @throws Refusal for a failed transaction, and for one that has gone; IssuerError
 */
export async function answerTransaction(
  deps: EnrolmentDependencies,
  { chain }: Pick<ConnectorPolicy, 'chain'>,
  { connector, key, record, issued: known }: KnownTransaction,
  address: ReplyAddress,
): Promise<Decision> {
  switch (record?.state) {
    case 'issued': {
      const issued = known ?? (await findBySerialHex(deps.store, connector, record.serial))?.value;
      if (issued === undefined) throw new Refusal('certificate-not-found');
      await recordAtAuthority(deps.issuer, connector, record, issued);
      const issuers = await replyChain(deps.issuer, connector, chain);
      return grantedCertificate(issued, issuers, address, deps.randomBytes);
    }
    case 'issuing':
      await keepWaiting(deps, { connector, key });
      return PENDING;
    case 'failed':
      throw new Refusal(record.reason);
    case undefined:
      throw new Refusal('certificate-not-found');
  }
}

/**
 * The certificates that follow the issued one: none, unless the connector's policy adds the CA's.
 */
async function replyChain(
  issuer: Issuer,
  { certificateAuthorityArn }: ConnectorRecord,
  { reply }: ChainPolicy,
): Promise<readonly Uint8Array[]> {
  if (reply === 'leaf-only') return [];
  return [(await issuer.describeAuthority(certificateAuthorityArn)).certificate];
}
