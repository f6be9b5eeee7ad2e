import { connectorPartition } from '../connectors/connector-record.ts';
import { replyCipher } from '../scep/build-cert-rep.ts';
import { Refusal } from '../scep/refusal.ts';
import { getEntry } from '../store/collection.ts';
import type { Sealer } from '../store/seal.ts';
import { answerTransaction } from './answer-transaction.ts';
import type { EnrolmentDependencies, Exchange } from './decider.ts';
import type { Decision } from './decision.ts';
import { advanceTransaction } from './transaction/advance-transaction.ts';
import {
  keyDigest,
  pollKey,
  polls,
  type TransactionRecord,
  transactionSealContext,
} from './transaction/transaction-record.ts';

/**
 * CertPoll (RFC 8894 section 3.3.3): the transaction of that transactionID which the very key that signs the poll began. The
 * envelope is not decrypted: RFC 8894 lets the server do without, clients put different names into it, and not decrypting
 * leaves nothing to be learnt from the answer (protocol C52, S2).
 * @throws Refusal 'certificate-not-found' when there is none
 */
export async function pollTransaction(
  deps: EnrolmentDependencies,
  exchange: Exchange,
): Promise<Decision> {
  const { connector, policy, verified, addressed } = exchange;
  const signerKeyDigest = keyDigest(verified.signerCertificate.subjectPublicKeyInfo);
  const name = pollKey(verified.request.attributes.transactionId, signerKeyDigest);
  const pointer = await getEntry(deps.store, connectorPartition(connector.id), polls, name);
  if (pointer === undefined) throw new Refusal('certificate-not-found');
  const { transactionKey } = pointer.value;
  const wait = policy.pendingWaitMs;
  const transaction = await advanceTransaction(deps, connector, transactionKey, wait);
  const cipher = replyCipher(addressed?.envelope, policy.algorithms);
  const challengePassword = replyPassword(deps.sealer, connector.id, transactionKey, transaction);
  const address = { verified, challengePassword, cipher };
  return answerTransaction(deps, exchange, transactionKey, transaction, address);
}

function replyPassword(
  sealer: Sealer,
  connectorId: string,
  key: string,
  transaction: TransactionRecord | undefined,
): string | undefined {
  const sealed = transaction?.sealedReplyPassword;
  const context = transactionSealContext(connectorId, key, 'reply-password');
  return sealed && Buffer.from(sealer.open(sealed, context)).toString('utf8');
}
