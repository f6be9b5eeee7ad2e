import { equalBytes } from '../asn1/equal-bytes.ts';
import { connectorPartition } from '../connectors/connector-record.ts';
import { requireReplyRoute } from '../scep/choose-reply-recipient.ts';
import {
  type OpenedRequest,
  openPasswordRequest,
  openPkiRequest,
} from '../scep/open-pki-request.ts';
import { Refusal } from '../scep/refusal.ts';
import { getEntry } from '../store/collection.ts';
import { answerTransaction } from './answer-transaction.ts';
import { authorise, type Claim } from './authorise/authorise.ts';
import { singleChallengePassword } from './authorise/check-challenge.ts';
import { findHolder, type Holder } from './authorise/find-holder.ts';
import { readCertificationRequest } from './authorise/read-certification-request.ts';
import type { EnrolmentDependencies, Exchange } from './decider.ts';
import type { Decision } from './decision.ts';
import { advanceTransaction } from './transaction/advance-transaction.ts';
import { isOver } from './transaction/is-over.ts';
import type { NewTransaction } from './transaction/prepare-transaction.ts';
import { joinTransaction, startTransaction } from './transaction/start-transaction.ts';
import {
  keyDigest,
  pollKey,
  transactionKey,
  transactions,
} from './transaction/transaction-record.ts';

/** PKCSReq (RFC 8894 section 3.3.1.1). @throws Refusal, IssuerError */
export async function enrolByPkcsReq(
  deps: EnrolmentDependencies,
  exchange: Exchange,
): Promise<Decision> {
  requireGeneralPurpose(exchange);
  const holder = await findHolder(deps, exchange);
  return enrol(deps, exchange, 'PKCSReq', holder);
}

/**
 * RenewalReq (RFC 8894 section 3.3.1.2). A signer without a certificate of this connector is
 * refused before anything is decrypted.
 * @throws Refusal, IssuerError
 */
export async function enrolByRenewalReq(
  deps: EnrolmentDependencies,
  exchange: Exchange,
): Promise<Decision> {
  requireGeneralPurpose(exchange);
  const holder = await findHolder(deps, exchange);
  if (holder === undefined) {
    const { issuer, subject } = exchange.verified.signerCertificate;
    const isSelfIssued = equalBytes(issuer, subject);
    throw new Refusal(isSelfIssued ? 'renewal-signer-unknown' : 'renewal-signer-foreign');
  }
  return enrol(deps, exchange, 'RenewalReq', holder);
}

/**
 * Connectors for Intune refuse every enrolment: this server cannot ask Intune yet.
 * @throws Refusal
 */
function requireGeneralPurpose({ connector }: Exchange): void {
  if (connector.type !== 'GENERAL_PURPOSE') throw new Refusal('intune-not-supported');
}

/** Continues the transaction of a repeated request, or authorises a new request and starts one. */
async function enrol(
  deps: EnrolmentDependencies,
  exchange: Exchange,
  type: Claim['type'],
  holder: Holder | undefined,
): Promise<Decision> {
  const { connector, policy, verified } = exchange;
  const opened = await openRequest(deps, exchange);
  const read = readCertificationRequest(opened, holder, policy);
  const { csr } = read;
  const challengePassword = singleChallengePassword(csr);
  const isRelayed = !read.signerIsRequester && challengePassword !== undefined;
  requireReplyRoute(verified, challengePassword);
  const { signerCertificate, request } = verified;
  const { transactionId, transactionIdDer } = request.attributes;
  const signerKeyDigest = keyDigest(signerCertificate.subjectPublicKeyInfo);
  const key = transactionKey({
    transactionIdDer,
    csrDer: csr.der,
    signerKeyDigest,
    isRelayed,
    predecessor: holder?.serial,
  });
  const reference = { connector, key };
  const claim = { ...read, type, holder };
  const findChallenge = deps.findChallenge(connector.id);
  let started: NewTransaction | undefined;
  let dropped: readonly string[] = [];
  const known = await getEntry(deps.store, connectorPartition(connector.id), transactions, key);
  if (known === undefined || (await isOver(deps, connector, known.value))) {
    const replyPassword = verified.replyBy === 'password' ? challengePassword : undefined;
    const names = { key, transactionId, signerKeyDigest, replyPassword };
    const authorised = await authorise(claim, policy, findChallenge);
    dropped = authorised.dropped;
    started = await startTransaction(deps, exchange, { authorised, ...names, replaced: known });
  } else if (known.value.signerKeyDigest !== signerKeyDigest) {
    await authorise(claim, policy, findChallenge);
  }
  if (started === undefined && isRelayed) {
    await joinTransaction(deps, reference, pollKey(transactionId, signerKeyDigest));
  }
  const askingSince = started?.issued ? undefined : started?.transaction.asked?.since;
  const current = started?.issued
    ? { record: started.transaction, issued: started.issued }
    : {
        record: await advanceTransaction(deps, reference, {
          waitMs: policy.pendingWaitMs,
          askingSince,
        }),
      };
  const address = { verified, challengePassword, cipher: opened.cipher };
  const answer = await answerTransaction(deps, policy, { ...reference, ...current }, address);
  return { ...answer, dropped };
}

/**
 * Decrypts with our key, or with a challenge password, which clients use when they find our key
 * unusable for encryption (RFC 8894 section 3.1).
 */
function openRequest(
  { listChallengePasswords }: EnrolmentDependencies,
  { connector, policy, verified, addressed }: Exchange,
): OpenedRequest | Promise<OpenedRequest> {
  return addressed === undefined
    ? openPasswordRequest(verified, listChallengePasswords(connector.id), policy.algorithms)
    : openPkiRequest(verified, addressed, policy.algorithms);
}
