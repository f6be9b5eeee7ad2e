import { keepLease } from '../../store/keep-lease.ts';
import { acquireLease, endLease, leaseSchema } from '../../store/lease.ts';
import type { RecordStore, Write } from '../../store/record-store.ts';
import { defineConnectorCollection } from '../connector-collections.ts';
import { CONNECTOR_KEY, connectorPartition } from '../connector-record.ts';
import { unlessDeleted } from '../deletion-mark.ts';

/** Whose turn it is to make an RA identity: one process at a time, as each try may cost a certificate. */
export const turns = defineConnectorCollection('turns', leaseSchema);
const TURN = 20_000;

interface Dependencies {
  readonly store: RecordStore;
  readonly clock: () => number;
  readonly randomUuid: () => string;
}

/**
 * Ends the turn, as a part of the commit that it was for. The commit comes to nothing, with a conflict in `turns`, when the turn
 * was over before: this process was paused, and another may have done the work meanwhile.
 */
export type EndTurn = () => Promise<Write>;

/**
 * Does `work` in a turn at a connector: a lease in its partition, renewed while the work lasts. A turn that the work does not end
 * leaves the connector alone for twenty seconds, as after a failure.
 * @returns undefined while it is another's turn, and when the connector is being deleted
 */
export async function takeTurn<T>(
  { store, clock, randomUuid }: Dependencies,
  connectorId: string,
  work: (endTurn: EndTurn) => Promise<T>,
): Promise<T | undefined> {
  const partition = connectorPartition(connectorId);
  const place = { store, clock, partition, collection: turns, key: CONNECTOR_KEY };
  const request = { holder: randomUuid(), ttlMs: TURN, conditions: [unlessDeleted()] };
  const lease = await acquireLease(place, request);
  if (lease === undefined) return undefined;
  const kept = keepLease(lease, TURN);
  try {
    return await work(async () => endLease(await kept.stop()));
  } finally {
    await kept.stop();
  }
}
