import { connectorPartition } from '../connectors/connector-record.ts';
import { openPkiRequest } from '../scep/open-pki-request.ts';
import { Refusal } from '../scep/refusal.ts';
import { getEntry } from '../store/collection.ts';
import { advanceTransaction } from './advance-transaction.ts';
import { answerTransaction } from './answer-transaction.ts';
import type { Claim } from './authorise.ts';
import { authorise } from './authorise.ts';
import type { Decision } from './decision.ts';
import type { Exchange } from './exchange.ts';
import type { Holder } from './find-holder.ts';
import { findHolder } from './find-holder.ts';
import type { EnrolmentDependencies } from './handle-pki-operation.ts';
import { readCertificationRequest } from './read-certification-request.ts';
import { startTransaction } from './start-transaction.ts';
import { keyDigest, transactionKey, transactions } from './transaction-record.ts';

/** PKCSReq (RFC 8894 section 3.3.1.1). @throws Refusal, IssuerError */
export async function enrolByPkcsReq(
  deps: EnrolmentDependencies,
  exchange: Exchange,
): Promise<Decision> {
  const holder = await findHolder(deps, exchange);
  return enrol(deps, exchange, 'PKCSReq', holder);
}

/**
 * RenewalReq (RFC 8894 section 3.3.1.2). Nothing is decrypted for a signer without a certificate of this connector, who could
 * not be granted anything. @throws Refusal, IssuerError
 */
export async function enrolByRenewalReq(
  deps: EnrolmentDependencies,
  exchange: Exchange,
): Promise<Decision> {
  const holder = await findHolder(deps, exchange);
  if (holder === undefined) throw new Refusal('renewal-signer-unknown');
  return enrol(deps, exchange, 'RenewalReq', holder);
}

/** The certificate of a request that has been granted before, or a decision about a new one. */
async function enrol(
  deps: EnrolmentDependencies,
  exchange: Exchange,
  type: Claim['type'],
  holder: Holder | undefined,
): Promise<Decision> {
  const { connector, policy, verified, addressed } = exchange;
  const opened = openPkiRequest(verified, addressed, policy.algorithms);
  const { csr, signerIsRequester } = readCertificationRequest(opened, holder);
  const { transactionId, transactionIdDer } = verified.request.attributes;
  const signerKeyDigest = keyDigest(verified.signerCertificate.subjectPublicKeyInfo);
  const key = transactionKey(transactionIdDer, csr.der, signerKeyDigest);
  const partition = connectorPartition(connector.id);
  if ((await getEntry(deps.store, partition, transactions, key)) === undefined) {
    const claim = { type, csr, signerIsRequester, holder };
    const authorised = await authorise(claim, policy, deps.findChallenge(connector.id));
    const names = { key, transactionId, signerKeyDigest };
    await startTransaction(deps, connector, policy, names, authorised);
  }
  const transaction = await advanceTransaction(deps, connector, key, policy.pendingWaitMs);
  return answerTransaction(deps, exchange, key, transaction, opened);
}
