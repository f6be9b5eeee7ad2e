import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectorRecord, connectorPartition } from '../../connectors/connector-record.ts';
import { IssuerError } from '../../issuer/issuer.ts';
import { Refusal } from '../../scep/refusal.ts';
import { type Entry, getEntry } from '../../store/collection.ts';
import { askForCertificate, leaveTurn } from './ask-for-certificate.ts';
import { finishTransaction } from './finish-transaction.ts';
import { refusalReasonOf } from './refusal-reason-of.ts';
import type { TransactionDependencies } from './start-transaction.ts';
import {
  type IssuingTransaction,
  type TransactionRecord,
  transactions,
} from './transaction-record.ts';

const FIRST_PAUSE = 50;
/** Between looks whether the certificate is there. */
const LONGEST_LOOK = 1_000;
/** Between questions to a CA that does not take the request: it has enough to do, or is not there. */
const LONGEST_ASK = 4_000;

/**
 * Takes a transaction towards its end for `waitMs` milliseconds at most, with the question to the CA that is under way then, and gives
 * what it is; undefined when it is not there. Anybody may call it at any time and any number of times: a request becomes one
 * certificate at most, which all of them get. A CA that cannot be asked just now is asked again. `startedAt` is what `startTransaction`
 * gave.
 * @throws Refusal when the CA will not issue; IssuerError when it cannot say whether what is renewed has been revoked
 */
export async function advanceTransaction(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  key: string,
  waitMs: number,
  startedAt?: number,
): Promise<TransactionRecord | undefined> {
  const turn = { since: startedAt, inVain: true };
  const partition = connectorPartition(connector.id);
  const wait = patience(deps, waitMs);
  try {
    for (;;) {
      const entry = await getEntry(deps.store, partition, transactions, key);
      if (entry?.value.state !== 'issuing') return entry?.value;
      const { certificateArn } = entry.value;
      const issuing = { ...entry, value: entry.value };
      const moved =
        certificateArn === undefined
          ? await askForCertificate(deps, connector, issuing, turn)
          : await collect(deps, connector, issuing, certificateArn);
      if (moved || (await wait.once(certificateArn === undefined ? LONGEST_ASK : LONGEST_LOOK))) {
        continue;
      }
      return await leaveTurn(deps, connector, issuing, turn);
    }
  } finally {
    wait.end();
  }
}

/** Pauses that grow, for `waitMs` milliseconds in all and as long as the waiting room has a seat. */
function patience({ waitingRoom }: TransactionDependencies, waitMs: number) {
  const begun = performance.now();
  let pause = FIRST_PAUSE;
  let isSeated = false;
  return {
    /** Whether it has waited. */
    async once(longest: number): Promise<boolean> {
      // A CA that hangs uses up the time as well.
      if (performance.now() - begun + pause > waitMs) return false;
      isSeated ||= waitingRoom?.take() ?? true;
      if (!isSeated) return false;
      await sleep(pause);
      pause = Math.min(pause * 2, longest);
      return true;
    },
    end(): void {
      if (isSeated) waitingRoom?.giveBack();
    },
  };
}

/**
 * Asks the CA for a certificate that it has named. It has taken the request, so whatever it says now, no other is asked for: a
 * CA that comes back to life gives the certificate to whoever sends the same request, or polls.
 * @returns whether the transaction is to be looked at again at once
 * @throws Refusal
 */
async function collect(
  deps: TransactionDependencies,
  connector: ConnectorRecord,
  entry: Entry<IssuingTransaction>,
  certificateArn: string,
): Promise<boolean> {
  const { certificateAuthorityArn } = connector;
  try {
    const issued = await deps.issuer.getCertificate(certificateAuthorityArn, certificateArn);
    return (
      issued !== undefined &&
      (await finishTransaction(deps, connector, entry, certificateArn, issued))
    );
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    const reason = refusalReasonOf(error.fault);
    if (reason === undefined) return false;
    throw new Refusal(reason, undefined, error);
  }
}
