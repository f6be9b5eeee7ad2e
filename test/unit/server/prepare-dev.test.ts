import { createHash } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { prepareDev } from '../../../src/server/prepare-dev.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { wire } from '../../../src/wire.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';
import { auditConnectors } from '../../support/load/audit-connectors.ts';

const MASTER_KEY = createHash('sha256').update('test master key').digest();
let store: RecordStore;

beforeAll(() => {
  store = openInMemoryRecordStore(Date.now);
});

const start = async () => wire({ storeDir: 'unused', masterKey: MASTER_KEY }, { store });

it('makes two concurrent first starts share one connector and one challenge', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  const [first, second] = await Promise.all([prepareDev(one), prepareDev(other)]);
  expect(second.connector.arn).toBe(first.connector.arn);
  expect(second.challengePassword).toBe(first.challengePassword);
  expect(await auditConnectors(store)).toEqual([first.connector.id]);
});
