import { z } from 'zod';
import { putEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import { defineConnectorCollection } from './connector-collections.ts';
import { CONNECTOR_KEY, connectorPartition } from './connector-record.ts';
import { unlessDeleted } from './deletion-mark.ts';

/** Whose turn it is to make an RA identity: one process at a time, as each try may cost a certificate. */
const turns = defineConnectorCollection('turns', z.strictObject({}));
const TURN = 20_000;

/** Whether nobody else has had a turn at this connector in the last twenty seconds. Nobody has one when it is being deleted. */
export async function takeTurn(
  { store, clock }: { readonly store: RecordStore; readonly clock: () => number },
  connectorId: string,
): Promise<boolean> {
  const expiresAt = clock() + TURN;
  const { outcome } = await store.commit(connectorPartition(connectorId), [
    putEntry(turns, CONNECTOR_KEY, {}, { condition: 'absent', expiresAt }),
    unlessDeleted(),
  ]);
  return outcome === 'committed';
}
