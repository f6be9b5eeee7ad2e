import { SECOND_MS } from '../../durations.ts';
import { keepLease } from '../../store/keep-lease.ts';
import { acquireLease, endLease, leaseSchema } from '../../store/lease.ts';
import type { RecordStore, Write } from '../../store/record-store.ts';
import { defineConnectorCollection } from '../connector-collections.ts';
import { CONNECTOR_KEY, connectorPartition } from '../connector-record.ts';
import { unlessDeleted } from '../deletion-mark.ts';

/**
 * The process that may make an RA identity: one at a time, since each try may cost a certificate.
 */
export const turns = defineConnectorCollection('turns', leaseSchema);
const TURN_MS = 20 * SECOND_MS;

interface Dependencies {
  readonly store: RecordStore;
  readonly clock: () => number;
  readonly randomUuid: () => string;
}

/**
 * Returns the write that ends the turn in the commit of its work. That commit fails, with a
 * conflict in `turns`, when the turn was lost: this process was paused, and another may have done
 * the work.
 */
export type EndTurn = () => Promise<Write>;

/**
 * Runs `work` in a turn: a lease in the connector's partition, renewed while the work lasts. A turn
 * that the work does not end, as after a failure, blocks other turns for twenty seconds.
 * @returns undefined while another process has the turn, or when the connector is being deleted
 */
export async function takeTurn<T>(
  { store, clock, randomUuid }: Dependencies,
  connectorId: string,
  work: (endTurn: EndTurn) => Promise<T>,
): Promise<T | undefined> {
  const partition = connectorPartition(connectorId);
  const place = { store, clock, partition, collection: turns, key: CONNECTOR_KEY };
  const request = { holder: randomUuid(), ttlMs: TURN_MS, conditions: [unlessDeleted()] };
  const lease = await acquireLease(place, request);
  if (lease === undefined) return undefined;
  const kept = keepLease(lease, TURN_MS);
  try {
    return await work(async () => endLease(await kept.stop()));
  } finally {
    await kept.stop();
  }
}
