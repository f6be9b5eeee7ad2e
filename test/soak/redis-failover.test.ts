import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { keysOf } from '../../src/store/redis/keys.ts';
import { openRedisRecordStore } from '../../src/store/redis/redis-record-store.ts';
import { expectNoWriteLost, PARTITION } from '../support/load/expect-no-write-lost.ts';
import { hasRedis } from '../support/redis/redis-process.ts';
import {
  startRedisCluster,
  startSentinelRedis,
  startStandaloneRedis,
} from '../support/redis/redis-servers.ts';
import { redisStoreSettings } from '../support/redis/redis-store-settings.ts';
import { REDIS_WAYS } from '../support/redis/redis-ways.ts';

const SETTINGS = { writeReplicas: 1, commandTimeoutMs: 1_000 };

describe.runIf(hasRedis())('no acknowledged write is lost or made twice', () => {
  for (const { name, secure } of REDIS_WAYS) {
    describe(name, () => {
      it('when the Sentinels fail a killed master over', async () => {
        const { options, credentials } = secure();
        const redis = await startSentinelRedis({ ...options, failsOver: true });
        const settings = redisStoreSettings(redis.reach, { ...SETTINGS, ...credentials });
        await expectNoWriteLost(openRedisRecordStore(settings), async () => {
          const master = await redis.master();
          await master.kill();
          await redis.failedOver(master);
        });
        await redis.stop();
      });

      it('when a primary of a cluster is killed', async () => {
        const { options, credentials } = secure();
        const cluster = await startRedisCluster({ ...options, failsOver: true });
        const settings = redisStoreSettings(cluster.reach, { ...SETTINGS, ...credentials });
        await expectNoWriteLost(openRedisRecordStore(settings), async () => {
          const key = keysOf(settings.keyPrefix, PARTITION).version;
          const primary = await cluster.primaryOf(key);
          await primary.kill();
          await cluster.failedOver(key, primary);
          // Until it is a replica there is none that a WAIT could wait for.
          await primary.start();
        });
        await cluster.stop();
      });
    });
  }

  it('when a server that syncs each write is killed and started again', async () => {
    const redis = await startStandaloneRedis();
    const settings = redisStoreSettings(redis.reach, { commandTimeoutMs: 1_000 });
    await expectNoWriteLost(openRedisRecordStore(settings), async () => {
      for (let i = 0; i < 3; i += 1) {
        await redis.kill();
        await redis.start();
        await sleep(500);
      }
    });
    await redis.stop();
  });
});
