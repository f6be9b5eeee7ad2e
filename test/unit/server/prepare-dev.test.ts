import { createHash } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { adoptConnector } from '../../../src/connectors/adopt-connector.ts';
import { listConnectors } from '../../../src/connectors/list-connectors.ts';
import { DEV_SCOPE, prepareDev } from '../../../src/server/prepare-dev.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { wire } from '../../../src/wire.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';
import { auditConnectors } from '../../support/load/audit-connectors.ts';

const ACCOUNT = 'account-000000000000-us-east-1';
const MASTER_KEY = createHash('sha256').update('test master key').digest();
let store: RecordStore;

beforeAll(() => {
  store = openInMemoryRecordStore(Date.now);
});

const start = async () => wire({ storeDir: 'unused', masterKey: MASTER_KEY }, { store });
const listed = async () => (await listConnectors(store, DEV_SCOPE, { limit: 10 })).items;

it('two first starts at once share one connector and one challenge', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  const [first, second] = await Promise.all([prepareDev(one), prepareDev(other)]);
  expect(second.connector.arn).toBe(first.connector.arn);
  expect(second.challengePassword).toBe(first.challengePassword);
  expect(await auditConnectors(store)).toEqual([first.connector.id]);
});

it('a connector from before there were lists is adopted, once', async () => {
  const [connector] = await listed();
  if (connector === undefined) throw new Error('the first start made a connector');
  await store.commit(ACCOUNT, [
    { kind: 'delete', collection: 'connectors', key: connector.id },
    { kind: 'delete', collection: 'counts', key: 'connectors' },
  ]);
  expect(await listed()).toEqual([]);
  await prepareDev(await start());
  expect(await listed()).toEqual([connector]);
  await Promise.all([1, 2, 3].map(() => adoptConnector(store, connector)));
  expect(await auditConnectors(store)).toEqual([connector.id]);
});
