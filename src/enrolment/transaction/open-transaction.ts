import { type ConnectorRecord, connectorPartition } from '../../connectors/connector-record.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { type Entry, replaceEntry } from '../../store/collection.ts';
import type { RecordStore } from '../../store/record-store.ts';
import type { Sealer } from '../../store/seal.ts';
import { type IssuingTransaction, transactions } from './transaction-record.ts';
import type { WaitingRoom } from './waiting-room.ts';

export interface TransactionDependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  readonly issuer: Issuer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** For the pauses between questions to a CA; without it the timer of the process. */
  readonly timer?: Timer;
  /** Bounds how many requests wait for a CA; without it any number may. */
  readonly waitingRoom?: WaitingRoom;
  /** Tells an administrator of a certificate that the CA may have issued and no device gets. */
  readonly reportUncertain?: (issuing: UncertainIssuing) => void;
}

/** Counts in milliseconds, independently of the wall clock. */
export interface Timer {
  now(): number;
  pause(milliseconds: number): Promise<unknown>;
}

interface UncertainIssuing {
  readonly connectorArn: string;
  readonly certificateAuthorityArn: string;
  readonly idempotencyToken: string;
  /** The CA was asked then, or soon after. */
  readonly askedSince: Date;
}

/** Which transaction: of this connector, stored under `key` as `transactionKey` makes it. */
export interface TransactionReference {
  readonly connector: ConnectorRecord;
  readonly key: string;
}

/**
 * An unfinished transaction as it was read: its changes fail once another process has changed it.
 */
export interface OpenTransaction {
  readonly deps: TransactionDependencies;
  readonly connector: ConnectorRecord;
  readonly entry: Entry<IssuingTransaction>;
}

/** @returns whether it was replaced; false when it has changed since it was read */
export async function replaceTransaction(
  { deps, connector, entry }: OpenTransaction,
  value: IssuingTransaction,
): Promise<boolean> {
  const write = replaceEntry(transactions, entry, value);
  const { outcome } = await deps.store.commit(connectorPartition(connector.id), [write]);
  return outcome === 'committed';
}
