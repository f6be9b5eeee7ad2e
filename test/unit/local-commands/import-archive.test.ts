import { describe, expect, it } from 'vitest';
import { importArchive as importWhole } from '../../../src/local-commands/import-archive.ts';
import { requireMasterKey } from '../../../src/server/require-master-key.ts';
import type { ArchivedRecord } from '../../../src/store/archive/archive-lines.ts';
import { readArchive, type TakeRecords } from '../../../src/store/archive/read-archive.ts';
import { writeArchive } from '../../../src/store/archive/write-archive.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { createSealer } from '../../../src/store/seal.ts';
import { crashingStore } from '../../support/fakes/crashing-store.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';

const MASTER_KEY = Buffer.alloc(32, 7);
const sealer = createSealer(MASTER_KEY);
let now = 1_700_000_000_000;
const clock = () => now;

const put = (key: string, value: string, expiresAt?: number) =>
  ({ kind: 'put', collection: 'c', key, value, ...(expiresAt && { expiresAt }) }) as const;

/** The archive of a store that a server has used. */
async function archiveOf(fill: (store: RecordStore) => Promise<unknown>, archiveId = 1) {
  const store = openInMemoryRecordStore(clock);
  await requireMasterKey({ store, sealer });
  await fill(store);
  const origin = { store, masterKey: MASTER_KEY, createdAt: now };
  const parts: Buffer[] = [];
  for await (const part of writeArchive({ ...origin, archiveId: Buffer.alloc(16, archiveId) })) {
    parts.push(part);
  }
  return (take: TakeRecords) => readArchive(bytesOf(parts), [MASTER_KEY], take);
}

async function* bytesOf(parts: readonly Buffer[]) {
  yield* parts;
}

const someRecords = async (store: RecordStore) => {
  for (const partition of ['p', 'q', 'r']) {
    await store.commit(partition, [put('a', '1'), put('b', '2', now + 60_000)]);
  }
};

async function recordsOf(store: RecordStore): Promise<readonly Omit<ArchivedRecord, 'value'>[]> {
  const found: Omit<ArchivedRecord, 'value'>[] = [];
  for await (const { partition, collection } of store.collections()) {
    const page = await store.list(partition, collection, { limit: 100 });
    found.push(...page.map(({ key, expiresAt }) => ({ partition, collection, key, expiresAt })));
  }
  return found;
}

const deps = (store: RecordStore) => ({ store, sealer, clock });

type ReadAll = Awaited<ReturnType<typeof archiveOf>>;

async function importArchive(into: ReturnType<typeof deps>, readAll: ReadAll) {
  const whole = await readAll(() => undefined);
  await importWhole(into, whole, readAll);
  return whole;
}

describe('importArchive', () => {
  it('fills an empty store from the archive, so that a server can use it', async () => {
    const readAll = await archiveOf(someRecords);
    const store = openInMemoryRecordStore(clock);
    const { counts } = await importArchive(deps(store), readAll);
    expect([...counts]).toEqual([
      ['c', 6],
      ['master-key', 1],
    ]);
    expect(await recordsOf(store)).toHaveLength(7);
    expect(await store.get('q', 'c', 'b')).toMatchObject({ value: '2', expiresAt: now + 60_000 });
    await requireMasterKey({ store, sealer });
  });

  it('omits records that have expired since', async () => {
    const readAll = await archiveOf(someRecords);
    const store = openInMemoryRecordStore(clock);
    now += 60_000;
    await importArchive(deps(store), readAll);
    expect((await recordsOf(store)).map(({ key }) => key).toSorted()).toEqual([
      ...['a', 'a', 'a', 'mark'],
    ]);
  });

  it.each([
    ['with a record', (store: RecordStore) => store.commit('x', [put('a', '1')])],
    ['that a server has begun', (store: RecordStore) => requireMasterKey({ store, sealer })],
  ])('refuses a store %s and changes nothing', async (_, fill) => {
    const readAll = await archiveOf(someRecords);
    const store = openInMemoryRecordStore(clock);
    await fill(store);
    const before = await recordsOf(store);
    await expect(importArchive(deps(store), readAll)).rejects.toThrow(/not empty/);
    expect(await recordsOf(store)).toEqual(before);
  });

  it('refuses a store that a server begins to use at the same time', async () => {
    const readAll = await archiveOf(someRecords);
    const store = openInMemoryRecordStore(clock);
    const overtaken: RecordStore = {
      ...store,
      commit: async (...args) => {
        await requireMasterKey({ store, sealer });
        return store.commit(...args);
      },
    };
    await expect(importArchive(deps(overtaken), readAll)).rejects.toThrow(/not empty/);
    await requireMasterKey({ store, sealer });
  });

  it.each(['before', 'after'] as const)(
    'that dies %s any of its commits keeps servers out until it is repeated',
    async (moment) => {
      const readAll = await archiveOf(someRecords);
      const other = await archiveOf(someRecords, 2);
      let crashes = 0;
      for (let commit = 1; ; commit += 1) {
        const store = openInMemoryRecordStore(clock);
        const mortal = deps(crashingStore(store, commit, moment));
        const killed = await importArchive(mortal, readAll).then(
          () => false,
          (error: unknown) => error instanceof Error && error.message === 'killed',
        );
        if (!killed) break;
        crashes += 1;
        const isUntouched = commit === 1 && moment === 'before';
        const isDone = moment === 'after' && (await recordsOf(store)).length === 7;
        if (!isUntouched && !isDone) {
          await expect(requireMasterKey({ store, sealer })).rejects.toThrow(
            /import into the store was cut short/,
          );
          await expect(importArchive(deps(store), other)).rejects.toThrow(/another archive/);
        }
        if (!isDone) await importArchive(deps(store), readAll);
        expect(await recordsOf(store)).toHaveLength(7);
        await requireMasterKey({ store, sealer });
      }
      expect(crashes).toBeGreaterThanOrEqual(3);
    },
  );

  it('stops writing when another process imports the same archive', async () => {
    const readAll = await archiveOf(someRecords);
    const store = openInMemoryRecordStore(clock);
    let puts = 0;
    const first: RecordStore = {
      ...store,
      commit: async (partition, writes) => {
        const outcome = await store.commit(partition, writes);
        puts += 1;
        // The first put is the mark. A server starts after the second process, and writes too.
        if (puts === 1) {
          await importArchive(deps(store), readAll);
          await requireMasterKey({ store, sealer });
          await store.commit('p', [put('a', 'the server’s')]);
        }
        return outcome;
      },
    };
    await expect(importArchive(deps(first), readAll)).rejects.toThrow(
      /another process has begun to import/,
    );
    expect(puts).toBe(1);
    expect(await store.get('p', 'c', 'a')).toMatchObject({ value: 'the server’s' });
    await requireMasterKey({ store, sealer });
  });

  it('detects a store that loses records', async () => {
    const readAll = await archiveOf(someRecords);
    const store = openInMemoryRecordStore(clock);
    const evicting: RecordStore = {
      ...store,
      commit: async (partition, writes) => {
        const outcome = await store.commit(partition, writes);
        if (partition === 'q') {
          await store.commit(partition, [{ kind: 'delete', collection: 'c', key: 'a' }]);
        }
        return outcome;
      },
    };
    await expect(importArchive(deps(evicting), readAll)).rejects.toThrow('5 of 6 records of c');
    await expect(requireMasterKey({ store, sealer })).rejects.toThrow(
      /import into the store was cut short/,
    );
  });
});
