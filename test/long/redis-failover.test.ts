import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RecordStore, StoredRecord } from '../../src/store/record-store.ts';
import { keysOf } from '../../src/store/redis/keys.ts';
import { openRedisRecordStore } from '../../src/store/redis/redis-record-store.ts';
import { hasRedis } from '../support/redis-process.ts';
import {
  startRedisCluster,
  startSentinelRedis,
  startStandaloneRedis,
} from '../support/redis-servers.ts';
import { redisStoreSettings } from '../support/redis-store-settings.ts';

const PARTITIONS = Array.from({ length: 12 }, (_, i) => `p${i}`);
const RUN_MS = 12_000;

describe.runIf(hasRedis())('no acknowledged write is lost or made twice', () => {
  it('when the Sentinels fail a killed master over', async () => {
    const redis = await startSentinelRedis();
    const settings = redisStoreSettings(redis.reach, { writeReplicas: 1, commandTimeoutMs: 1_000 });
    await expectNothingLost(openRedisRecordStore(settings), async () => {
      const master = await redis.master();
      await master.kill();
      await redis.failedOver(master);
    });
    await redis.stop();
  });

  it('when a primary of a cluster is killed', async () => {
    const cluster = await startRedisCluster();
    const settings = redisStoreSettings(cluster.reach, {
      writeReplicas: 1,
      commandTimeoutMs: 1_000,
    });
    await expectNothingLost(openRedisRecordStore(settings), async () => {
      const key = keysOf(settings.keyPrefix, 'p0').version;
      const primary = await cluster.primaryOf(key);
      await primary.kill();
      await cluster.failedOver(key, primary);
      // Until it is a replica there is none that a WAIT could wait for.
      await primary.start();
    });
    await cluster.stop();
  });

  it('when a server that syncs each write is killed and started again', async () => {
    const redis = await startStandaloneRedis();
    const settings = redisStoreSettings(redis.reach, { commandTimeoutMs: 1_000 });
    await expectNothingLost(openRedisRecordStore(settings), async () => {
      for (let i = 0; i < 3; i += 1) {
        await redis.kill();
        await redis.start();
        await sleep(500);
      }
    });
    await redis.stop();
  });
});

/** Commits to all partitions the whole time, with a fault after a while, then looks for what was acknowledged. */
async function expectNothingLost(store: RecordStore, fault: () => Promise<void>): Promise<void> {
  const acknowledged: string[] = [];
  let [refused, lastAt] = [0, 0];
  const end = performance.now() + RUN_MS;
  const write = async (partition: string) => {
    for (let i = 0; performance.now() < end; i += 1) {
      const key = `k${i}`;
      const put = { kind: 'put', collection: 'c', key, value: '1', condition: 'absent' } as const;
      const result = await store.commit(partition, [put]).catch(() => undefined);
      if (result === undefined) {
        refused += 1;
        continue;
      }
      // Each key is written once, so a conflict would be a commit of which somebody was told nothing.
      expect(result).toEqual({ outcome: 'committed' });
      acknowledged.push(`${partition} ${key}`);
      lastAt = performance.now();
    }
  };
  const faulted = sleep(2_000).then(fault);
  await Promise.all([faulted, ...PARTITIONS.map(write)]);
  console.log(`${acknowledged.length} commits acknowledged, ${refused} refused`);
  const kept = new Set<string>();
  for (const partition of PARTITIONS) {
    for await (const { key } of allRecords(store, partition)) kept.add(`${partition} ${key}`);
  }
  expect(acknowledged.filter((name) => !kept.has(name))).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(1_000);
  expect(end - lastAt).toBeLessThan(2_000);
  await store.close();
}

async function* allRecords(store: RecordStore, partition: string): AsyncGenerator<StoredRecord> {
  for (let after = '!'; ; ) {
    const page = await store.list(partition, 'c', { after, limit: 500 });
    yield* page;
    if (page.length < 500) return;
    after = page.at(-1)?.key ?? after;
  }
}
