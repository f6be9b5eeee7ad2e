import { expect } from 'vitest';
import type { RecordStore } from '../../../src/store/record-store.ts';

const ALL = { limit: 100_000 };
const ACCOUNT = 'account-000000000000-us-east-1';
/** Written out here, so that a collection that is missing in src is noticed. */
const IN_A_CONNECTOR = [
  'connectors',
  'challenge-digests',
  'challenges',
  'client-tokens',
  'counts',
  'turns',
  'ra-identities',
  'polls',
  'transactions',
  'certificates',
];

/**
 * Checks the list of connectors, the count and the stored connectors against each other. Returns
 * the ids on the list.
 */
export async function auditConnectors(store: RecordStore): Promise<string[]> {
  const ids = (await store.list(ACCOUNT, 'connectors', ALL)).map(({ key }) => key);
  const count = await store.get(ACCOUNT, 'counts', 'connectors');
  expect(JSON.parse(count?.value ?? '{"count":0}')).toEqual({ count: ids.length });
  for (const id of ids) {
    const kept = (await store.list(`connector-${id}`, 'challenges', ALL)).length;
    const digests = await store.list(`connector-${id}`, 'challenge-digests', ALL);
    const challenges = await store.get(`connector-${id}`, 'counts', 'challenges');
    expect(digests).toHaveLength(kept);
    expect(JSON.parse(challenges?.value ?? '{"count":0}')).toEqual({ count: kept });
  }
  return ids;
}

/** What remains in a connector's partition, as collection/key. */
export async function leftOf(store: RecordStore, connectorArn: string): Promise<string[]> {
  const partition = `connector-${connectorArn.split('/')[1]}`;
  const lists = IN_A_CONNECTOR.map(async (collection) =>
    (await store.list(partition, collection, ALL)).map(({ key }) => `${collection}/${key}`),
  );
  return (await Promise.all(lists)).flat();
}

/** How many connectors still have work to be done. */
export async function unfinishedConnectors(store: RecordStore): Promise<number> {
  return (await store.list('unfinished-connectors', 'notes', ALL)).length;
}
