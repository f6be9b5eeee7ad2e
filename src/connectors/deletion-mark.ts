import { z } from 'zod';
import { defineCollection, deleteEntry, getEntry, putEntry } from '../store/collection.ts';
import type { DeleteWrite, PutWrite, RecordStore } from '../store/record-store.ts';
import { CONNECTOR_KEY, connectorPartition } from './connector-record.ts';

/** In a connector's partition: the connector is being deleted, or has been. */
export const deletionMarks = defineCollection('deletion-marks', z.strictObject({}));

/** Without `expiresAt` the mark stays; it is written again with one when the connector has gone. */
export function markDeletion(expiresAt?: number): PutWrite {
  const options = expiresAt === undefined ? {} : { expiresAt };
  return putEntry(deletionMarks, CONNECTOR_KEY, {}, options);
}

/**
 * For every commit that brings something new into a connector's partition: it comes to nothing once deletion has begun, so
 * that nothing is left behind. It writes nothing, and two commits that hold it do not hinder each other.
 */
export function unlessDeleted(): DeleteWrite {
  return deleteEntry(deletionMarks, CONNECTOR_KEY, 'absent');
}

/** Whether the connector is being deleted, or has been in the last hour. */
export async function isBeingDeleted(store: RecordStore, connectorId: string): Promise<boolean> {
  const partition = connectorPartition(connectorId);
  return (await getEntry(store, partition, deletionMarks, CONNECTOR_KEY)) !== undefined;
}
