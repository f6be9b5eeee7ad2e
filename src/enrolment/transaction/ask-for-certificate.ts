import { type ConnectorRecord, connectorPartition } from '../../connectors/connector-record.ts';
import { IssuerError } from '../../issuer/issuer.ts';
import { Refusal } from '../../scep/refusal.ts';
import { type Entry, getEntry, replaceEntry } from '../../store/collection.ts';
import { isKnownRevoked } from '../authorise/is-known-revoked.ts';
import { type AskingTurn, asksInVain, askUntil, isHeldBy, nextMove } from './asking-turn.ts';
import { failTransaction } from './fail-transaction.ts';
import { refusalReasonOf } from './refusal-reason-of.ts';
import type { TransactionDependencies } from './start-transaction.ts';
import {
  type IssuingTransaction,
  type TransactionRecord,
  transactionSealContext,
  transactions,
} from './transaction-record.ts';

/**
 * Brings a transaction closer to the CA's taking it, by one commit or one question: no one request ever becomes two certificates,
 * whoever dies and whatever gets lost (docs/adr/0017-exactly-once-issuing.md).
 * @returns whether the transaction is to be looked at again at once
 * @throws Refusal when the CA will not issue; IssuerError when it cannot say whether what is renewed has been revoked
 */
export async function askForCertificate(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  entry: Entry<IssuingTransaction>,
  turn: AskingTurn,
): Promise<boolean> {
  const { value } = entry;
  const { asked } = value;
  const now = deps.clock();
  switch (nextMove(asked, turn, now)) {
    case 'claim':
      return claim(deps, connector, entry, turn);
    case 'share':
      await put(deps, connector, entry, {
        ...value,
        asked: { since: now, ...asked, byMany: true },
      });
      return true;
    case 'wait':
      return false;
    case 'give-up':
      await giveUp(deps, connector, entry);
      return true;
    case 'ask':
      return ask(deps, connector, entry, turn);
  }
}

/**
 * Takes the turn to ask. A renewal that comes to its turn late does not get it if its certificate has been revoked meanwhile.
 * @throws Refusal, IssuerError
 */
async function claim(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  entry: Entry<IssuingTransaction>,
  turn: AskingTurn,
): Promise<boolean> {
  const { value } = entry;
  const { asked, right } = value;
  const isLateRenewal = asked === undefined && right.kind === 'renewal';
  if (isLateRenewal && (await isKnownRevoked(deps, connector, right.predecessor))) {
    if (!(await failTransaction(deps, connector, entry, 'renewal-of-revoked'))) return true;
    throw new Refusal('renewal-of-revoked');
  }
  const since = deps.clock();
  if (await put(deps, connector, entry, { ...value, asked: { since } })) {
    turn.since = since;
    turn.inVain = true;
  }
  return true;
}

/**
 * Notes what this call's asking came to, when it alone has asked. In vain: the next one may use the token as if it were new,
 * however long the CA cannot be asked. Without an answer: anybody may ask at once, for the same certificate.
 * @returns what has become of the transaction
 */
export async function leaveTurn(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  entry: Entry<IssuingTransaction>,
  turn: AskingTurn,
): Promise<TransactionRecord | undefined> {
  const partition = connectorPartition(connector.id);
  let current = entry;
  for (;;) {
    const { asked, ...unasked } = current.value;
    if (unasked.certificateArn !== undefined || !isHeldBy(turn, asked)) return current.value;
    const left = turn.inVain ? unasked : { ...unasked, asked: { ...asked, byMany: true } };
    if (await put(deps, connector, current, left)) return left;
    const found = await getEntry(deps.store, partition, transactions, entry.key);
    if (found?.value.state !== 'issuing') return found?.value;
    current = { ...found, value: found.value };
  }
}

async function ask(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  entry: Entry<IssuingTransaction>,
  turn: AskingTurn,
): Promise<boolean> {
  const alone = asksInVain(entry.value.asked, turn);
  // Until the CA has said otherwise, and when what it says gets lost.
  turn.inVain = false;
  try {
    const certificateArn = await issueCertificate(deps, connector, entry);
    await storeName(deps, connector, entry, certificateArn);
    return true;
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    turn.inVain = alone && error.fault !== 'unanswered';
    const reason = refusalReasonOf(error.fault);
    if (reason === undefined) return false;
    const refusal = new Refusal(reason, undefined, error);
    // What was asked before may have been granted: then the same request may come again, and gets that.
    if (!turn.inVain || (await failTransaction(deps, connector, entry, reason))) throw refusal;
    return true;
  }
}

async function issueCertificate(
  { issuer, sealer }: TransactionDependencies,
  connector: ConnectorRecord,
  { key, value }: Entry<IssuingTransaction>,
): Promise<string> {
  const { asked, notBefore, extendedKeyUsage } = value;
  return issuer.issueCertificate({
    authorityArn: connector.certificateAuthorityArn,
    csr: sealer.open(value.sealedCsr, transactionSealContext(connector.id, key, 'csr')),
    notAfter: new Date(value.notAfter),
    ...(notBefore === undefined ? {} : { notBefore: new Date(notBefore) }),
    ...(extendedKeyUsage === undefined ? {} : { extendedKeyUsage }),
    idempotencyToken: value.idempotencyToken,
    // A look at the store, the authority and the rate may take longer than was left.
    ...(asked && { askUntil: askUntil(asked) }),
  });
}

/** Stores what the CA calls the certificate, whatever else has changed meanwhile. */
async function storeName(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  entry: Entry<IssuingTransaction>,
  certificateArn: string,
): Promise<void> {
  const partition = connectorPartition(connector.id);
  let current = entry;
  while (!(await put(deps, connector, current, { ...current.value, certificateArn }))) {
    const found = await getEntry(deps.store, partition, transactions, entry.key);
    if (found?.value.state !== 'issuing' || found.value.certificateArn !== undefined) return;
    // The one that was asked for has gone, and another of the same request stands in its place.
    if (found.value.idempotencyToken !== entry.value.idempotencyToken) return;
    current = { ...found, value: found.value };
  }
}

async function giveUp(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  entry: Entry<IssuingTransaction>,
): Promise<void> {
  const { idempotencyToken, asked, startedAt } = entry.value;
  if (!(await failTransaction(deps, connector, entry, 'issuing-uncertain', 'maybe issued'))) return;
  deps.reportUncertain?.({
    connectorArn: connector.arn,
    certificateAuthorityArn: connector.certificateAuthorityArn,
    idempotencyToken,
    askedSince: new Date(asked?.since ?? startedAt),
  });
  throw new Refusal('issuing-uncertain');
}

/** @returns whether the transaction was still the one that was read */
async function put(
  { store }: TransactionDependencies,
  { id }: ConnectorRecord,
  entry: Entry<IssuingTransaction>,
  value: IssuingTransaction,
): Promise<boolean> {
  const write = replaceEntry(transactions, entry, value);
  return (await store.commit(connectorPartition(id), [write])).outcome === 'committed';
}
