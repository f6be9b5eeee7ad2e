import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RecordStore, StoreUnavailableError } from '../../src/store/record-store.ts';
import { connectRedis } from '../../src/store/redis/connect-redis.ts';
import { clusterSlot, keysOf } from '../../src/store/redis/keys.ts';
import { openRedisRecordStore } from '../../src/store/redis/redis-record-store.ts';
import type { RedisStoreSettings } from '../../src/store/redis/redis-store-settings.ts';
import { sweepExpired } from '../../src/store/redis/sweep-expired.ts';
import { SWEEP_SCRIPT } from '../../src/store/redis/sweep-script.ts';
import { describeRedisRecordStore } from '../contract/describe-redis-record-store.ts';
import { describePartitions } from '../contract/record-store-contract.ts';
import { COMMITTED, keysIn, put } from '../contract/store-under-test.ts';
import { hasRedis, type RedisProcess } from '../support/redis/redis-process.ts';
import {
  addEmptyPrimary,
  type RedisCluster,
  startRedisCluster,
} from '../support/redis/redis-servers.ts';
import { redisStoreSettings } from '../support/redis/redis-store-settings.ts';

/** A slot that is being moved from one primary to another, key by key, as redis-cli does it. */
interface MovingSlot {
  /** Moves these keys, if they are still there. */
  readonly move: (...keys: readonly string[]) => Promise<void>;
  /** Moves all remaining keys, then hands over the slot. */
  readonly finish: () => Promise<void>;
}

/** The number of keys moved together, as with `redis-cli --cluster-pipeline`. */
const TOGETHER = 200;
const PAUSE_MS = 2;
const MIGRATE_WITHIN_MS = 60_000;

interface MoveOptions {
  readonly from: RedisProcess;
  readonly to: RedisProcess;
  readonly others?: readonly RedisProcess[];
}

interface SlotMover {
  /** Resolves to the number of moved slots when no slot is being moved any more. */
  readonly stop: () => Promise<number>;
}

describe.runIf(hasRedis())('a cluster whose slots keep moving from node to node', () => {
  let mover: SlotMover;
  afterAll(async () => {
    expect(await mover.stop()).toBeGreaterThan(10);
  });

  describeRedisRecordStore(
    'Redis in a cluster',
    async () => {
      const cluster = await startRedisCluster();
      mover = keepMovingSlots(cluster.servers.slice(0, 3));
      return redisStoreSettings(cluster.reach, { writeReplicas: 1, commandTimeoutMs: 20_000 });
    },
    describePartitions,
  );
});

describe.runIf(hasRedis())('a slot that is half moved to a new node', () => {
  let cluster: RedisCluster;
  let newcomer: RedisProcess;
  let settings: RedisStoreSettings;
  let store: RecordStore;
  const keys = () => keysOf(settings.keyPrefix, 'moving');
  beforeEach(async () => {
    cluster = await startRedisCluster();
    newcomer = await addEmptyPrimary(cluster);
    settings = redisStoreSettings(cluster.reach, { commandTimeoutMs: 20_000 });
    store = openRedisRecordStore(settings);
    for (const key of ['a', 'b', 'c']) await store.commit('moving', [put(key, '1')]);
  });
  afterEach(async () => {
    await store.close();
    await cluster.stop();
    await newcomer.kill();
  });
  /** A call that must time out need not wait long. */
  const openHastily = () => openRedisRecordStore({ ...settings, commandTimeoutMs: 1_000 });
  const begin = async () => {
    const from = await cluster.primaryOf(keys().version);
    const others = cluster.servers.slice(0, 3).filter(({ port }) => port !== from.port);
    return beginToMove(clusterSlot(keys().version), { from, to: newcomer, others });
  };

  it('is read and listed, whichever keys have moved', async () => {
    const moving = await begin();
    for (const moved of [keys().record('c', 'b'), keys().index('c'), keys().record('c', 'a')]) {
      await moving.move(moved);
      for (const key of ['a', 'b', 'c']) {
        expect(await store.get('moving', 'c', key)).toMatchObject({ value: '1' });
      }
      expect(await keysIn(store, 'moving', 'c')).toEqual(['a', 'b', 'c']);
    }
    await moving.finish();
    expect(await keysIn(store, 'moving', 'c')).toEqual(['a', 'b', 'c']);
  });

  it('takes no write until it has moved, and makes none twice or partially', async () => {
    expect(await store.increment('moving', 'n', 5)).toBe(5);
    const moving = await begin();
    await moving.move(keys().record('c', 'b'), keys().version);
    const hasty = openHastily();
    const writes = [
      hasty.commit('moving', [put('a', '2'), put('b', '2')]),
      hasty.commit('moving', [put('c', '2', { condition: 'absent' })]),
      hasty.increment('moving', 'n', 1),
    ];
    for (const write of await Promise.allSettled(writes)) {
      expect(write.status === 'rejected' && write.reason).toBeInstanceOf(StoreUnavailableError);
    }
    await hasty.close();
    await moving.finish();
    for (const key of ['a', 'b', 'c']) {
      expect(await store.get('moving', 'c', key)).toMatchObject({ value: '1' });
    }
    expect(await store.commit('moving', [put('a', '3'), put('b', '3')])).toEqual(COMMITTED);
    expect(await store.increment('moving', 'n', 1)).toBe(6);
  });

  it('takes a write that began before its move was over, once', async () => {
    const moving = await begin();
    await moving.move(keys().record('c', 'b'));
    const writes = [
      store.commit('moving', [put('d', '1', { condition: 'absent' })]),
      store.increment('moving', 'm', 1),
    ];
    await moving.finish();
    expect(await Promise.all(writes)).toEqual([COMMITTED, 1]);
  });

  it('is swept when it has moved', async () => {
    // Its clock is behind, so it does not sweep by itself.
    const late = openRedisRecordStore({ ...settings, clock: () => 1_700_000_000_000 });
    await late.commit('moving', [put('old', '1', { expiresAt: 1_700_000_000_001 })]);
    await late.close();
    const connections = connectRedis(settings, {
      onReady: () => undefined,
      report: () => undefined,
    });
    const sweep = (timeoutMs: number) =>
      sweepExpired({ ...settings, caller: { connections, scripts: [SWEEP_SCRIPT], timeoutMs } });
    const moving = await begin();
    await moving.move(keys().record('c', 'old'));
    await expect(sweep(1_000)).rejects.toThrow(StoreUnavailableError);
    await moving.finish();
    expect(await sweep(settings.commandTimeoutMs)).toBe(1);
    expect(await keysIn(store, 'moving', 'c')).toEqual(['a', 'b', 'c']);
    connections.close();
  });

  it('makes a listing of all collections fail rather than leave it out', async () => {
    await store.commit('lasting', [put('a', '1')]);
    const moving = await begin();
    await moving.move(keys().index('c'));
    await expect(partitionsOf(store)).rejects.toThrow(/slots are moving between nodes/);
    await expect(partitionsOf(store)).rejects.toThrow(StoreUnavailableError);
    await moving.finish();
    expect(await partitionsOf(store)).toEqual(['lasting', 'moving']);
  });

  it('is listed when it moves during the listing', async () => {
    const collections = store.collections()[Symbol.asyncIterator]();
    expect((await collections.next()).value).toEqual({ partition: 'moving', collection: 'c' });
    const moving = await begin();
    await moving.finish();
    await expect(collections.next()).rejects.toThrow(/slots moved meanwhile/);
  });
});

async function partitionsOf(store: RecordStore): Promise<string[]> {
  const partitions: string[] = [];
  for await (const { partition } of store.collections()) partitions.push(partition);
  return partitions.toSorted();
}

/** @param others the other primaries, which are told at the end */
async function beginToMove(
  slot: number,
  { from, to, others = [] }: MoveOptions,
): Promise<MovingSlot> {
  const [fromId, toId] = [await idOf(from), await idOf(to)];
  await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
  await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
  const move = async (...keys: readonly string[]) => {
    await from.call('MIGRATE', to.host, to.port, '', 0, MIGRATE_WITHIN_MS, 'KEYS', ...keys);
    await sleep(PAUSE_MS);
  };
  return {
    move,
    async finish() {
      for (;;) {
        const keys = await from.call('CLUSTER', 'GETKEYSINSLOT', slot, TOGETHER);
        if (!Array.isArray(keys) || keys.length === 0) break;
        await move(...keys.map(String));
      }
      for (const server of [to, from, ...others]) {
        await server.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
      }
    },
  };
}

/**
 * Keeps moving every slot that has keys from one primary to the next, one at a time, and rests half
 * as long as each move took.
 */
function keepMovingSlots(primaries: readonly RedisProcess[]): SlotMover {
  let isStopped = false;
  const moveAll = async () => {
    for (let [moved, turn] = [0, 0]; ; turn += 1) {
      const [from, to, ...others] = rotate(primaries, turn);
      if (!(from && to)) throw new Error('it takes two primaries');
      for (const slot of await slotsWithKeys(from)) {
        if (isStopped) return moved;
        const begun = performance.now();
        const moving = await beginToMove(slot, { from, to, others });
        await moving.finish();
        moved += 1;
        await sleep((performance.now() - begun) / 2);
      }
      if (isStopped) return moved;
      await sleep(PAUSE_MS);
    }
  };
  const moved = moveAll();
  // stop() rethrows it.
  moved.catch(() => undefined);
  return {
    stop: () => {
      isStopped = true;
      return moved;
    },
  };
}

async function slotsWithKeys(server: RedisProcess): Promise<ReadonlySet<number>> {
  const keys = await server.call('KEYS', '*');
  return new Set((Array.isArray(keys) ? keys : []).map((key) => clusterSlot(String(key))));
}

async function idOf(server: RedisProcess): Promise<string> {
  return String(await server.call('CLUSTER', 'MYID'));
}

function rotate<T>(list: readonly T[], by: number): readonly T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
