import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RecordStore, StoredRecord } from '../../src/store/record-store.ts';
import { keysOf } from '../../src/store/redis/keys.ts';
import { openRedisRecordStore } from '../../src/store/redis/redis-record-store.ts';
import { hasRedis, until } from '../support/redis/redis-process.ts';
import {
  startRedisCluster,
  startSentinelRedis,
  startStandaloneRedis,
} from '../support/redis/redis-servers.ts';
import { redisStoreSettings } from '../support/redis/redis-store-settings.ts';
import { REDIS_WAYS } from '../support/redis/redis-ways.ts';

const PARTITIONS = Array.from({ length: 12 }, (_, i) => `p${i}`);

/** One of the partitions that are written to. */
const PARTITION = 'p0';

const BEFORE_MS = 2_000;
const AFTER_MS = 2_000;
/** The number of acknowledged commits before the fault, and again after it. */
const ENOUGH = 500;
/**
 * Time for these commits on a slow machine, and for a replica that must copy everything before a
 * WAIT can count it.
 */
const AT_MOST_MS = 180_000;

const SETTINGS = { writeReplicas: 1, commandTimeoutMs: 1_000 };

describe.runIf(hasRedis())('every acknowledged write exists once', () => {
  for (const { name, secure } of REDIS_WAYS) {
    describe(name, () => {
      it('when the Sentinels replace a killed master', async () => {
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
          // Before it is a replica, WAIT has none to wait for.
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

/**
 * Commits to all partitions throughout, causes the fault after a while, and waits until all
 * partitions work again. Then expects every acknowledged commit to be there.
 */
async function expectNoWriteLost(store: RecordStore, fault: () => Promise<void>): Promise<void> {
  const acknowledged: string[] = [];
  const lastAt = new Map<string, number>();
  let [refused, isOver] = [0, false];
  const write = async (partition: string) => {
    for (let i = 0; !isOver; i += 1) {
      const key = `k${i}`;
      const put = { kind: 'put', collection: 'c', key, value: '1', condition: 'absent' } as const;
      const result = await store.commit(partition, [put]).catch(() => undefined);
      if (result === undefined) {
        refused += 1;
        continue;
      }
      // Each key is written once, so a conflict would be an earlier commit that was never
      // acknowledged.
      expect(result).toEqual({ outcome: 'committed' });
      acknowledged.push(`${partition} ${key}`);
      lastAt.set(partition, performance.now());
    }
  };
  const writing = Promise.all(PARTITIONS.map(write));
  await sleep(BEFORE_MS);
  await untilOrLate(() => acknowledged.length > ENOUGH);
  await fault();
  const faulted = performance.now();
  const goesOn = () => PARTITIONS.every((partition) => (lastAt.get(partition) ?? 0) > faulted);
  await untilOrLate(goesOn);
  const recovery = performance.now() - faulted;
  await sleep(AFTER_MS);
  await untilOrLate(() => acknowledged.length > 2 * ENOUGH);
  isOver = true;
  await writing;
  console.log(
    `${acknowledged.length} commits acknowledged, ${refused} refused; all went on after ${recovery.toFixed(0)} ms`,
  );
  const kept = new Set<string>();
  for (const partition of PARTITIONS) {
    for await (const { key } of allRecords(store, partition)) kept.add(`${partition} ${key}`);
  }
  expect(acknowledged.filter((name) => !kept.has(name))).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(2 * ENOUGH);
  expect(goesOn()).toBe(true);
  await store.close();
}

async function untilOrLate(isSo: () => boolean): Promise<void> {
  const end = performance.now() + AT_MOST_MS;
  while (!isSo() && performance.now() < end) await sleep(50);
}

async function* allRecords(store: RecordStore, partition: string): AsyncGenerator<StoredRecord> {
  for (let after = '!'; ; ) {
    const page = await until('a page', () => store.list(partition, 'c', { after, limit: 500 }));
    yield* page;
    if (page.length < 500) return;
    after = page.at(-1)?.key ?? after;
  }
}
