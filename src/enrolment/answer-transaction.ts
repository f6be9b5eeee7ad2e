import type { ConnectorRecord } from '../connectors/connector-record.ts';
import type { ChainPolicy } from '../connectors/tags/connector-policy.ts';
import type { Issuer } from '../issuer/issuer.ts';
import { Refusal } from '../scep/refusal.ts';
import { findBySerialHex } from './authorise/issued-certificate-record.ts';
import type { EnrolmentDependencies, Exchange } from './decider.ts';
import { type Decision, grantedCertificate, PENDING, type ReplyAddress } from './decision.ts';
import type { TransactionRecord } from './transaction/transaction-record.ts';
import { keepWaiting } from './transaction/unfinished-transactions.ts';

/**
 * What a client is told of its transaction. Before PENDING goes out, the transaction is put on the list of those that are
 * finished without the client's asking.
 * @throws Refusal for a failed transaction, and for one that has gone
 */
export async function answerTransaction(
  deps: EnrolmentDependencies,
  { connector, policy }: Pick<Exchange, 'connector' | 'policy'>,
  key: string,
  transaction: TransactionRecord | undefined,
  address: ReplyAddress,
): Promise<Decision> {
  switch (transaction?.state) {
    case 'issued': {
      const issued = await findBySerialHex(deps.store, connector, transaction.serial);
      if (issued === undefined) throw new Refusal('certificate-not-found');
      const chain = await replyChain(deps.issuer, connector, policy.chain);
      return grantedCertificate(issued.value, chain, address, deps.randomBytes);
    }
    case 'issuing':
      await keepWaiting(deps, connector, key);
      return PENDING;
    case 'failed':
      throw new Refusal(transaction.reason);
    case undefined:
      throw new Refusal('certificate-not-found');
  }
}

/** What follows the issued certificate in a reply: nothing, unless the connector says otherwise. */
async function replyChain(
  issuer: Issuer,
  { certificateAuthorityArn }: ConnectorRecord,
  { reply }: ChainPolicy,
): Promise<readonly Uint8Array[]> {
  if (reply === 'leaf-only') return [];
  return [(await issuer.describeAuthority(certificateAuthorityArn)).certificate];
}
