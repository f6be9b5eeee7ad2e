import { connectorPartition } from '../connectors/connector-record.ts';
import { replyCipher } from '../scep/build-cert-rep.ts';
import { Refusal } from '../scep/refusal.ts';
import { getEntry } from '../store/collection.ts';
import type { Sealer } from '../store/seal.ts';
import { answerTransaction } from './answer-transaction.ts';
import type { EnrolmentDependencies, Exchange } from './decider.ts';
import type { Decision } from './decision.ts';
import { advanceTransaction } from './transaction/advance-transaction.ts';
import type { TransactionReference } from './transaction/open-transaction.ts';
import {
  keyDigest,
  pollKey,
  polls,
  type TransactionRecord,
  transactionSealContext,
} from './transaction/transaction-record.ts';

/**
 * CertPoll (RFC 8894 section 3.3.3): finds the transaction by its transactionID and the key that
 * signed both requests. The envelope is not decrypted: the RFC does not require it, clients put
 * different names into it, and the reply thus cannot tell whether it decrypts
 * (docs/rfc8894-conformance.md C52, S2).
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
  const reference = { connector, key: transactionKey };
  const record = await advanceTransaction(deps, reference, { waitMs: policy.pendingWaitMs });
  const cipher = replyCipher(addressed?.envelope, policy.algorithms);
  const challengePassword = replyPassword(deps.sealer, reference, record);
  const address = { verified, challengePassword, cipher };
  return answerTransaction(deps, policy, { ...reference, record }, address);
}

function replyPassword(
  sealer: Sealer,
  { connector, key }: TransactionReference,
  record: TransactionRecord | undefined,
): string | undefined {
  const sealed = record?.sealedReplyPassword;
  const context = transactionSealContext(connector.id, key, 'reply-password');
  return sealed && Buffer.from(sealer.open(sealed, context)).toString('utf8');
}
