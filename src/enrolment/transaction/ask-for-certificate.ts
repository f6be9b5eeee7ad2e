import { connectorPartition } from '../../connectors/connector-record.ts';
import { IssuerError } from '../../issuer/issuer.ts';
import type { Passthrough } from '../../issuer/passthrough.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { Refusal, type RefusalReason } from '../../scep/refusal.ts';
import { getEntry } from '../../store/collection.ts';
import { extendedKeyUsageExtension } from '../../x509/extended-key-usage.ts';
import { requireUncompromisedKey } from '../authorise/certified-keys.ts';
import { isKnownRevoked } from '../authorise/is-known-revoked.ts';
import {
  type AskingTurn,
  askUntil,
  canTellNothingIssued,
  isHeldBy,
  nextMove,
} from './asking-turn.ts';
import { failTransaction } from './fail-transaction.ts';
import { type OpenTransaction, replaceTransaction } from './open-transaction.ts';
import { refusalReasonOf } from './refusal-reason-of.ts';
import {
  type IssuingTransaction,
  type TransactionRecord,
  transactionSealContext,
  transactions,
} from './transaction-record.ts';

/**
 * Brings a transaction closer to the CA's acknowledgement by one commit or one question. One
 * request never becomes two certificates, even when processes die and answers are lost
 * (docs/adr/0017-exactly-once-issuing.md).
 * @returns whether to look at the transaction again at once
 * @throws Refusal when the CA will not issue
 * @throws IssuerError when it cannot say whether the renewed certificate has been revoked
 */
export async function askForCertificate(
  transaction: OpenTransaction,
  turn: AskingTurn,
): Promise<boolean> {
  const { value } = transaction.entry;
  const { asked } = value;
  const now = transaction.deps.clock();
  switch (nextMove(asked, turn, now)) {
    case 'claim':
      return claimTurn(transaction, turn);
    case 'share':
      await replaceTransaction(transaction, {
        ...value,
        asked: { since: now, ...asked, byMany: true },
      });
      return true;
    case 'wait':
      return false;
    case 'give-up':
      await giveUp(transaction);
      return true;
    case 'ask':
      return ask(transaction, turn);
  }
}

/**
 * Takes the turn to ask. A request that waited for its turn is refused if a certificate has been
 * revoked meanwhile by which it may no longer be granted.
 * @throws Refusal, IssuerError
 */
async function claimTurn(transaction: OpenTransaction, turn: AskingTurn): Promise<boolean> {
  const { deps, entry } = transaction;
  const { asked } = entry.value;
  const reason = asked === undefined ? await findLateObjection(transaction) : undefined;
  if (reason !== undefined) {
    if (!(await failTransaction(transaction, reason))) return true;
    throw new Refusal(reason);
  }
  const since = deps.clock();
  if (await replaceTransaction(transaction, { ...entry.value, asked: { since } })) {
    turn.askingSince = since;
    turn.knowsNothingIssued = true;
  }
  return true;
}

/** @throws IssuerError */
async function findLateObjection(transaction: OpenTransaction): Promise<RefusalReason | undefined> {
  const { deps, connector, entry } = transaction;
  const { right, keyName } = entry.value;
  if (right.kind === 'renewal' && (await isKnownRevoked(deps, connector, right.predecessor))) {
    return 'renewal-of-revoked';
  }
  if (keyName === undefined) return undefined;
  return requireUncompromisedKey(deps, connector, keyName, right).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Refusal) return error.reason;
      throw error;
    },
  );
}

/**
 * Records how this call's questions ended, if no other call has asked. When the CA did nothing, the
 * next call may use the token as if it were new, however much later. When an answer was lost, any
 * call may ask at once, for the same certificate.
 * @returns the transaction as it is now
 */
export async function leaveTurn(
  transaction: OpenTransaction,
  turn: AskingTurn,
): Promise<TransactionRecord | undefined> {
  const { deps, connector } = transaction;
  const partition = connectorPartition(connector.id);
  let { entry } = transaction;
  for (;;) {
    const { asked, ...unasked } = entry.value;
    if (unasked.certificateArn !== undefined || !isHeldBy(turn, asked)) return entry.value;
    const left = turn.knowsNothingIssued
      ? unasked
      : { ...unasked, asked: { ...asked, byMany: true } };
    if (await replaceTransaction({ deps, connector, entry }, left)) return left;
    const found = await getEntry(deps.store, partition, transactions, entry.key);
    if (found?.value.state !== 'issuing') return found?.value;
    entry = { ...found, value: found.value };
  }
}

async function ask(transaction: OpenTransaction, turn: AskingTurn): Promise<boolean> {
  const isSoleRequester = canTellNothingIssued(transaction.entry.value.asked, turn);
  // The CA may have issued until its answer says otherwise, even if that answer is lost.
  turn.knowsNothingIssued = false;
  try {
    await storeCertificateArn(transaction, await issueCertificate(transaction));
    return true;
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    turn.knowsNothingIssued = isSoleRequester && error.fault !== 'unanswered';
    const reason = refusalReasonOf(error.fault);
    if (reason === undefined) return false;
    const refusal = new Refusal(reason, undefined, error);
    // An earlier question may have been granted: then the transaction stays for the same request.
    if (!turn.knowsNothingIssued || (await failTransaction(transaction, reason))) throw refusal;
    return true;
  }
}

async function issueCertificate(transaction: OpenTransaction): Promise<string> {
  const { deps, connector, entry } = transaction;
  const { key, value } = entry;
  const { asked, notBefore } = value;
  const csrContext = transactionSealContext(connector.id, key, 'csr');
  return deps.issuer.issueCertificate({
    authorityArn: connector.certificateAuthorityArn,
    csr: deps.sealer.open(value.sealedCsr, csrContext),
    notAfter: new Date(value.notAfter),
    idempotencyToken: value.idempotencyToken,
    ...omitUndefined({
      notBefore: notBefore === undefined ? undefined : new Date(notBefore),
      passthrough: passthroughOf(value),
      // The issuer checks this time itself: its own look-ups may take longer than is left.
      askUntil: asked && askUntil(asked),
    }),
  });
}

function passthroughOf({
  passthrough,
  extendedKeyUsage,
}: IssuingTransaction): Passthrough | undefined {
  if (extendedKeyUsage === undefined) return passthrough;
  return { csrExtensions: 'copied', extensions: [extendedKeyUsageExtension(extendedKeyUsage)] };
}

/** Stores the CA's name for the certificate, whatever else in the transaction has changed. */
async function storeCertificateArn(
  transaction: OpenTransaction,
  certificateArn: string,
): Promise<void> {
  const { deps, connector } = transaction;
  const { key, value } = transaction.entry;
  const partition = connectorPartition(connector.id);
  let { entry } = transaction;
  const named = () => ({ ...entry.value, certificateArn });
  while (!(await replaceTransaction({ deps, connector, entry }, named()))) {
    const found = await getEntry(deps.store, partition, transactions, key);
    if (found?.value.state !== 'issuing' || found.value.certificateArn !== undefined) return;
    // The transaction has ended, and another of the same request has replaced it.
    if (found.value.idempotencyToken !== value.idempotencyToken) return;
    entry = { ...found, value: found.value };
  }
}

async function giveUp(transaction: OpenTransaction): Promise<void> {
  const { deps, connector, entry } = transaction;
  const { idempotencyToken, asked, startedAt } = entry.value;
  if (!(await failTransaction(transaction, 'issuing-uncertain', 'maybe issued'))) return;
  deps.reportUncertain?.({
    connectorArn: connector.arn,
    certificateAuthorityArn: connector.certificateAuthorityArn,
    idempotencyToken,
    askedSince: new Date(asked?.since ?? startedAt),
  });
  throw new Refusal('issuing-uncertain');
}
