import { omitUndefined } from '../omit-undefined.ts';
import {
  defineCollection,
  deleteEntry,
  getEntry,
  putEntry,
  storedObject,
} from '../store/collection.ts';
import type { DeleteWrite, PutWrite, RecordStore } from '../store/record-store.ts';
import { CONNECTOR_KEY, connectorPartition } from './connector-record.ts';

/** A mark in the partition of a connector that is being deleted, or was. */
export const deletionMarks = defineCollection('deletion-marks', storedObject({}));

/** Without `expiresAt` the mark stays; the purge writes it again with one. */
export function markDeletion(expiresAt?: number): PutWrite {
  return putEntry(deletionMarks, CONNECTOR_KEY, {}, omitUndefined({ expiresAt }));
}

/**
 * A condition for every commit that adds something to a connector's partition: it makes the commit
 * fail once deletion has begun, so that the purge misses nothing. It writes nothing, so two commits
 * with it do not conflict.
 */
export function unlessDeleted(): DeleteWrite {
  return deleteEntry(deletionMarks, CONNECTOR_KEY, 'absent');
}

/** Whether the connector is being deleted, or has been in the last hour. */
export async function isBeingDeleted(store: RecordStore, connectorId: string): Promise<boolean> {
  const partition = connectorPartition(connectorId);
  return (await getEntry(store, partition, deletionMarks, CONNECTOR_KEY)) !== undefined;
}
