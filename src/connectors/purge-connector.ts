import { HOUR_MS } from '../durations.ts';
import { deleteEntry, getEntry } from '../store/collection.ts';
import { emptyCollections } from '../store/empty-collections.ts';
import type { RecordStore } from '../store/record-store.ts';
import { accountPartition, listedConnectors } from './account-record.ts';
import type { ConnectorScope } from './connector-arns.ts';
import { CONNECTOR_COLLECTIONS } from './connector-collections.ts';
import {
  CONNECTOR_KEY,
  type ConnectorRecord,
  connectorPartition,
  connectors,
} from './connector-record.ts';
import { readCount, recount } from './count-record.ts';
import { markDeletion } from './deletion-mark.ts';

interface Dependencies {
  readonly store: RecordStore;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Longer than any request that began before the deletion. */
const MARK_LIFETIME_MS = HOUR_MS;

/**
 * Removes a connector that is DELETING: the contents of its partition, then its place in the
 * account's list, then itself. It may be interrupted anywhere and repeated, also by several
 * processes at once. Writes of others fail by the deletion mark or because what they change is
 * gone; `emptyCollections` makes passes until one finds nothing.
 */
export async function purgeConnector(
  { store, clock }: Dependencies,
  connector: ConnectorRecord,
): Promise<void> {
  const partition = connectorPartition(connector.id);
  await emptyCollections(store, partition, CONNECTOR_COLLECTIONS);
  await unlist(store, connector, connector.id);
  await store.commit(partition, [
    deleteEntry(connectors, CONNECTOR_KEY),
    markDeletion(clock() + MARK_LIFETIME_MS),
  ]);
}

/** Releases a claimed id whose connector was never stored, and prevents that it ever is. */
export async function forgetClaim(
  { store, clock }: Dependencies,
  scope: ConnectorScope,
  connectorId: string,
): Promise<void> {
  const { outcome } = await store.commit(connectorPartition(connectorId), [
    deleteEntry(connectors, CONNECTOR_KEY, 'absent'),
    markDeletion(clock() + MARK_LIFETIME_MS),
  ]);
  if (outcome === 'committed') await unlist(store, scope, connectorId);
}

async function unlist(
  store: RecordStore,
  scope: ConnectorScope,
  connectorId: string,
): Promise<void> {
  const partition = accountPartition(scope);
  for (;;) {
    const listed = await getEntry(store, partition, listedConnectors, connectorId);
    if (listed === undefined) return;
    const { version } = listed;
    const { outcome } = await store.commit(partition, [
      deleteEntry(listedConnectors, connectorId, { version }),
      recount(await readCount(store, partition, 'connectors'), -1),
    ]);
    if (outcome === 'committed') return;
  }
}
