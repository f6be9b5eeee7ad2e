import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resealStore } from '../../src/local-commands/reseal-store.ts';
import { findDevInstallation, prepareDev } from '../../src/server/prepare-dev.ts';
import { requireMasterKey } from '../../src/server/require-master-key.ts';
import type { RecordStore } from '../../src/store/record-store.ts';
import { openRedisRecordStore } from '../../src/store/redis/redis-record-store.ts';
import { wire } from '../../src/wire.ts';
import { hasRedis } from '../support/redis/redis-process.ts';
import { startRedisCluster } from '../support/redis/redis-servers.ts';
import { redisStoreSettings } from '../support/redis/redis-store-settings.ts';

describe.runIf(hasRedis())('a Redis Cluster', () => {
  let store: RecordStore;
  beforeAll(async () => {
    store = openRedisRecordStore(redisStoreSettings((await startRedisCluster()).reach));
  });
  afterAll(() => store.close());

  it('is resealed in all its slots', async () => {
    const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
    const start = async (masterKey: Uint8Array, otherMasterKey?: Uint8Array) => {
      const wired = await wire({ storeDir: 'unused', masterKey, otherMasterKey }, { store });
      await requireMasterKey(wired);
      return wired;
    };
    const { challengePassword, connector } = await prepareDev(await start(oldKey));
    const both = await start(newKey, oldKey);
    await expect(start(newKey)).rejects.toThrow('second master key');
    const counts = await resealStore(both);
    for (const name of ['authority-key', 'challenges', 'ra-identities']) {
      expect(counts.get(name), name).toEqual({ seen: 1, resealed: 1 });
    }
    const after = await start(newKey);
    expect((await findDevInstallation(after))?.challengePassword).toBe(challengePassword);
    expect(await after.enrolment.findRaIdentities(connector.id)).toBeDefined();
    const found = await after.enrolment.findChallenge(connector.id)(challengePassword);
    expect(found).toBeDefined();
    await expect(start(oldKey)).rejects.toThrow('does not open');
  });
});
