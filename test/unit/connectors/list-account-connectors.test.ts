import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { accountPartition, listedConnectors } from '../../../src/connectors/account-record.ts';
import {
  CONNECTOR_KEY,
  connectorPartition,
  connectors,
} from '../../../src/connectors/connector-record.ts';
import { listAccountConnectors } from '../../../src/connectors/list-account-connectors.ts';
import { putEntry } from '../../../src/store/collection.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';
import { sampleConnector } from '../../support/servers/sample-connector.ts';

const SCOPE = { region: 'us-east-1', accountId: '000000000000' };

/** A store with `count` connectors and as many ids that are only claimed. */
async function storeWith(count: number): Promise<{ store: RecordStore; ids: readonly string[] }> {
  const store = openInMemoryRecordStore(Date.now);
  const ids = Array.from({ length: count }, () => randomUUID()).toSorted();
  const claimed = ids.map(() => randomUUID());
  const listed = [...ids, ...claimed].map((id) => putEntry(listedConnectors, id, { listedAt: 0 }));
  await store.commit(accountPartition(SCOPE), listed);
  for (const id of ids) {
    const record = { ...sampleConnector(), id };
    await store.commit(connectorPartition(id), [putEntry(connectors, CONNECTOR_KEY, record)]);
  }
  return { store, ids };
}

describe('a page of connectors', () => {
  it('has all connectors, from as many pages of the store as needed', async () => {
    const { store, ids } = await storeWith(230);
    const all = await listAccountConnectors(store, SCOPE, { limit: 1_000 });
    expect(all.items.map(({ id }) => id)).toEqual(ids);
    expect(all.next).toBeUndefined();
    const part = await listAccountConnectors(store, SCOPE, { limit: 150 });
    expect(part.items.map(({ id }) => id)).toEqual(ids.slice(0, 150));
    expect(part.next).toBe(ids[149]);
  });

  it('reads all its connectors from the store at the same time', async () => {
    const { store } = await storeWith(40);
    let [underWay, most] = [0, 0];
    const watched: RecordStore = {
      ...store,
      async get(...place) {
        underWay += 1;
        most = Math.max(most, underWay);
        await setImmediate();
        underWay -= 1;
        return store.get(...place);
      },
    };
    await listAccountConnectors(watched, SCOPE, { limit: 100 });
    expect(most).toBe(80);
  });
});
