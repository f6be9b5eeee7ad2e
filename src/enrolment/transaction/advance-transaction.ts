import { setTimeout as pause } from 'node:timers/promises';
import { connectorPartition } from '../../connectors/connector-record.ts';
import { IssuerError } from '../../issuer/issuer.ts';
import { Refusal } from '../../scep/refusal.ts';
import { getEntry } from '../../store/collection.ts';
import { askForCertificate, leaveTurn } from './ask-for-certificate.ts';
import { finishTransaction } from './finish-transaction.ts';
import type {
  OpenTransaction,
  Timer,
  TransactionDependencies,
  TransactionReference,
} from './open-transaction.ts';
import { refusalReasonOf } from './refusal-reason-of.ts';
import { type TransactionRecord, transactions } from './transaction-record.ts';

const FIRST_PAUSE_MS = 50;
/** Between two looks whether the CA has issued the certificate. */
const LONGEST_LOOK_PAUSE_MS = 1_000;
/** Between two questions to a CA that does not take the request: it is busy or away. */
const LONGEST_ASK_PAUSE_MS = 4_000;

interface Patience {
  /** Does not include the question to the CA that is under way when the time is up. */
  readonly waitMs: number;
  /** The transaction's `asked.since`, for the call that has just started it. */
  readonly askingSince?: number | undefined;
}

/**
 * Moves a transaction towards its end and returns it as it is then; undefined when there is none.
 * Any process may call it at any time, any number of times: one request becomes at most one
 * certificate, which every caller gets. A CA that cannot be asked now is asked again.
 * @throws Refusal when the CA will not issue
 * @throws IssuerError when it cannot say whether the renewed certificate has been revoked
 */
export async function advanceTransaction(
  deps: TransactionDependencies,
  { connector, key }: TransactionReference,
  { waitMs, askingSince }: Patience,
): Promise<TransactionRecord | undefined> {
  const turn = { askingSince, knowsNothingIssued: true };
  const partition = connectorPartition(connector.id);
  const pauses = growingPauses(deps, waitMs);
  try {
    for (;;) {
      const entry = await getEntry(deps.store, partition, transactions, key);
      if (entry?.value.state !== 'issuing') return entry?.value;
      const { certificateArn } = entry.value;
      const transaction = { deps, connector, entry: { ...entry, value: entry.value } };
      const isUnnamed = certificateArn === undefined;
      const hasMoved = isUnnamed
        ? await askForCertificate(transaction, turn)
        : await collectCertificate(transaction, certificateArn);
      if (hasMoved) continue;
      const longestMs = isUnnamed ? LONGEST_ASK_PAUSE_MS : LONGEST_LOOK_PAUSE_MS;
      if (!(await pauses.next(longestMs))) return await leaveTurn(transaction, turn);
    }
  } finally {
    pauses.end();
  }
}

const PROCESS_TIMER: Timer = { now: () => performance.now(), pause };

/** Pauses that double, for `waitMs` in all, while the waiting room has a seat. */
function growingPauses(
  { waitingRoom, timer = PROCESS_TIMER }: TransactionDependencies,
  waitMs: number,
) {
  const begun = timer.now();
  let pauseMs = FIRST_PAUSE_MS;
  let isSeated = false;
  return {
    /** @returns false, at once, when there is no time or no seat */
    async next(longestMs: number): Promise<boolean> {
      // Time that the CA took to answer counts too.
      if (timer.now() - begun + pauseMs > waitMs) return false;
      isSeated ||= waitingRoom?.take() ?? true;
      if (!isSeated) return false;
      await timer.pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestMs);
      return true;
    },
    end(): void {
      if (isSeated) waitingRoom?.giveBack();
    },
  };
}

/**
 * Fetches the certificate that the CA has named. The CA took the request, so whatever it answers
 * now, no other certificate is requested: once the CA is back, the same request or a poll gets it.
 * @returns whether to look at the transaction again at once
 * @throws Refusal
 */
async function collectCertificate(
  transaction: OpenTransaction,
  certificateArn: string,
): Promise<boolean> {
  const { deps, connector } = transaction;
  const { certificateAuthorityArn } = connector;
  try {
    const issued = await deps.issuer.getCertificate(certificateAuthorityArn, certificateArn);
    return issued !== undefined && (await finishTransaction(transaction, certificateArn, issued));
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    const reason = refusalReasonOf(error.fault);
    if (reason === undefined) return false;
    throw new Refusal(reason, undefined, error);
  }
}
