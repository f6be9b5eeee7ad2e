import { replaceEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { ConnectorScope } from './connector-arns.ts';
import { conflict } from './connector-errors.ts';
import { connectorPartition, connectors } from './connector-record.ts';
import { markDeletion } from './deletion-mark.ts';
import { requireConnector } from './require-connector.ts';
import { noteUnfinished } from './unfinished-connectors.ts';

/**
 * Makes a connector DELETING: from that commit on its URL is unknown and nothing new is stored in
 * its partition. `resumeConnector` removes the rest. A connector that is DELETING stays so.
 * @returns the connector's id
 * @throws AwsError ResourceNotFoundException; ConflictException while it is CREATING
 */
export async function beginDeleting(
  deps: { readonly store: RecordStore; readonly clock: () => number },
  scope: ConnectorScope,
  arn: string,
): Promise<string> {
  const { store, clock } = deps;
  for (;;) {
    const entry = await requireConnector(store, scope, arn);
    const { id, status } = entry.value;
    if (status === 'DELETING') return id;
    if (status === 'CREATING') {
      throw conflict('Connector', arn, `Connector ${arn} is CREATING; delete it when that is over`);
    }
    await noteUnfinished(deps, id, scope);
    const deleting = { ...entry.value, status: 'DELETING', updatedAt: clock() } as const;
    const { outcome } = await store.commit(connectorPartition(id), [
      replaceEntry(connectors, entry, deleting),
      markDeletion(),
    ]);
    if (outcome === 'committed') return id;
  }
}
