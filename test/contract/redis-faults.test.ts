import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type CollectionPlace,
  type RecordStore,
  StoreUnavailableError,
} from '../../src/store/record-store.ts';
import { connectRedis } from '../../src/store/redis/connect-redis.ts';
import { ALL_SLOTS, clusterSlot, keysOf } from '../../src/store/redis/keys.ts';
import { openRedisRecordStore } from '../../src/store/redis/redis-record-store.ts';
import { sweepExpired } from '../../src/store/redis/sweep-expired.ts';
import { SWEEP_SCRIPT } from '../../src/store/redis/sweep-script.ts';
import { startStopwatch } from '../support/load/stopwatch.ts';
import { expectUnavailable } from '../support/redis/expect-unavailable.ts';
import {
  hasRedis,
  type RedisProcess,
  startRedisProcess,
  until,
} from '../support/redis/redis-process.ts';
import {
  type RedisCluster,
  type StandaloneRedis,
  startRedisCluster,
  startStandaloneRedis,
} from '../support/redis/redis-servers.ts';
import { redisStoreSettings } from '../support/redis/redis-store-settings.ts';
import { type CuttingProxy, startCuttingProxy } from '../support/servers/cutting-proxy.ts';
import { COMMITTED, keysIn, put, versionOf } from './store-under-test.ts';

describe.runIf(hasRedis())('Redis', () => {
  let redis: StandaloneRedis;
  beforeAll(async () => {
    redis = await startStandaloneRedis();
  });

  describe('behind a network that loses answers', () => {
    let proxy: CuttingProxy;
    beforeAll(async () => {
      proxy = await startCuttingProxy(redis.port);
    });
    afterAll(() => proxy.stop());
    const open = (commandTimeoutMs = 20_000) => {
      const reach = { topology: 'standalone' as const, nodes: [proxy.address] };
      return openRedisRecordStore(redisStoreSettings(reach, { commandTimeoutMs }));
    };

    it('makes a commit once when its answer is lost, and returns its outcome', async () => {
      const store = open();
      await store.commit('p', [put('other', '1')]);
      const before = await versionOf(store, 'other');
      const cut = proxy.cutAnswerTo('the value');
      const result = await store.commit('p', [put('a', 'the value', { condition: 'absent' })]);
      await cut;
      expect(result).toEqual(COMMITTED);
      const written = await versionOf(store, 'a');
      expect(written).toBeGreaterThan(before);
      await store.commit('p', [put('b', '1')]);
      expect(await versionOf(store, 'b')).toBeGreaterThan(written);
      await store.close();
    });

    it('counts an increment once when its answer is lost', async () => {
      const store = open();
      expect(await store.increment('p', 'the counter', 5)).toBe(5);
      const cut = proxy.cutAnswerTo('the counter');
      expect(await store.increment('p', 'the counter', 1)).toBe(6);
      await cut;
      await store.close();
    });

    it('fails every call in time while there is no answer, and recovers afterwards', async () => {
      const store = open(300);
      await until('the store', () => store.commit('p', [put('a', '1')]));
      proxy.freeze();
      const elapsed = startStopwatch();
      const calls = [
        store.get('p', 'c', 'a'),
        store.list('p', 'c', { limit: 1 }),
        store.commit('p', [put('a', '2')]),
        store.increment('p', 'n', 1),
        firstPlace(store),
      ];
      for (const call of await Promise.allSettled(calls)) {
        expect(call.status === 'rejected' && call.reason).toBeInstanceOf(StoreUnavailableError);
      }
      expect(elapsed()).toBeLessThan(1_500);
      proxy.thaw();
      await until('the store', () => store.get('p', 'c', 'a'));
      await store.close();
    });
  });

  it('opens without Redis, logs that once and without the password, and connects when Redis starts', async () => {
    const server = await startRedisProcess({
      client: { password: 'hush-hush' },
      config: ['requirepass hush-hush'],
    });
    await server.stop();
    const report = vi.fn<(fault: string) => void>();
    const reach = { topology: 'standalone' as const, nodes: [server.address] };
    const settings = { report, password: 'hush-hush', commandTimeoutMs: 300 };
    const store = openRedisRecordStore(redisStoreSettings(reach, settings));
    const elapsed = startStopwatch();
    await expect(store.get('p', 'c', 'a')).rejects.toThrow(StoreUnavailableError);
    expect(elapsed()).toBeLessThan(1_500);
    await server.start();
    await until('the store', async () => (await store.commit('p', [put('a', '1')])).outcome);
    expect(report.mock.calls.map(([fault]) => fault.replace(/:\d+/g, ':PORT'))).toEqual([
      'Redis (127.0.0.1:PORT) is not reached: connect ECONNREFUSED 127.0.0.1:PORT',
      'Redis (127.0.0.1:PORT) is reached again',
    ]);
    await store.close();
  });

  it('does not log a wrong password', async () => {
    const server = await startRedisProcess({
      client: { password: 'hush-hush' },
      config: ['requirepass hush-hush'],
    });
    const report = vi.fn<(fault: string) => void>();
    const reach = { topology: 'standalone' as const, nodes: [server.address] };
    const settings = { report, password: 'not-it', commandTimeoutMs: 300 };
    const store = openRedisRecordStore(redisStoreSettings(reach, settings));
    await expect(store.get('p', 'c', 'a')).rejects.toThrow(/^(?!.*not-it)/);
    await expect.poll(() => report.mock.calls.flat().join()).toMatch(/WRONGPASS/);
    expect(report.mock.calls.flat().join()).not.toContain('not-it');
    await store.close();
  });

  describe('with another database', () => {
    const withDatabase = (server: RedisProcess, database: number) => {
      const report = vi.fn<(fault: string) => void>();
      const reach = { topology: 'standalone' as const, nodes: [server.address] };
      const settings = { database, report, commandTimeoutMs: 300 };
      return { report, store: openRedisRecordStore(redisStoreSettings(reach, settings)) };
    };

    it('does not fall back to a database when the chosen one does not exist', async () => {
      const server = await startRedisProcess({ config: ['databases 4'] });
      const { store, report } = withDatabase(server, 4);
      for (let i = 0; i < 5; i += 1) {
        const commit = store.commit('p', [put('a', '1')]);
        await expect(commit).rejects.toThrow(StoreUnavailableError);
      }
      await until('a report', async () => report.mock.calls[0]);
      expect(await server.call('DBSIZE')).toBe(0);
      expect(report.mock.calls.map(([fault]) => fault.replace(/:\d+/g, ':PORT'))).toEqual([
        'Redis (127.0.0.1:PORT) is not reached: no database 4 for us: ERR DB index is out of range',
      ]);
      await store.close();
    });

    it('stays refused after a reconnection, and is used again once it is granted', async () => {
      const server = await startRedisProcess();
      const { store, report } = withDatabase(server, 3);
      await until('the store', () => store.commit('p', [put('a', '1')]));
      await server.call('ACL', 'SETUSER', 'default', '-select');
      await server.call('CLIENT', 'KILL', 'TYPE', 'normal');
      await until('a report', async () => report.mock.calls[0]);
      await expect(store.get('p', 'c', 'a')).rejects.toThrow(StoreUnavailableError);
      await expect(store.commit('p', [put('b', '1')])).rejects.toThrow(StoreUnavailableError);
      expect(await server.call('DBSIZE')).toBe(0);
      const reported = () => report.mock.calls.join();
      await expect.poll(reported).toMatch(/no database 3 for us: NOPERM .* the user lacks/);
      await server.call('ACL', 'SETUSER', 'default', '+select');
      expect(await until('the store', () => store.get('p', 'c', 'a'))).toMatchObject({
        value: '1',
      });
      await store.close();
    });
  });

  describe('whose user is changed meanwhile', () => {
    const openAs = (server: RedisProcess) => {
      const report = vi.fn<(fault: string) => void>();
      const reach = { topology: 'standalone' as const, nodes: [server.address] };
      const user = { username: 'scep', password: 'hush-hush' };
      const settings = { ...user, report, commandTimeoutMs: 300 };
      return { report, store: openRedisRecordStore(redisStoreSettings(reach, settings)) };
    };
    const setUser = (server: RedisProcess, ...rules: readonly string[]) =>
      server.call('ACL', 'SETUSER', 'scep', ...rules);

    it('logs a changed password once, without the password', async () => {
      const server = await startRedisProcess();
      await setUser(server, 'on', '>hush-hush', '~*', '+@all');
      const { store, report } = openAs(server);
      await until('the store', () => store.commit('p', [put('a', '1')]));
      await setUser(server, 'resetpass', '>another');
      await server.call('CLIENT', 'KILL', 'USER', 'scep');
      await until('a report', async () => report.mock.calls[0]);
      await expect(store.get('p', 'c', 'a')).rejects.toThrow(StoreUnavailableError);
      const reported = () => report.mock.calls.join();
      await expect.poll(reported).toMatch(/WRONGPASS .*; see store.redis.username and/);
      expect(report.mock.calls.join()).not.toMatch(/hush/);
      await setUser(server, '>hush-hush');
      await until('the store', () => store.get('p', 'c', 'a'));
      expect(report).toHaveBeenCalledTimes(2);
      await store.close();
    });
  });

  it('is unavailable while another client’s script runs, and recovers after it', async () => {
    const server = await startRedisProcess({ config: ['lua-time-limit 50'] });
    const reach = { topology: 'standalone' as const, nodes: [server.address] };
    const store = openRedisRecordStore(redisStoreSettings(reach, { commandTimeoutMs: 400 }));
    await until('the store', () => store.commit('p', [put('a', '1')]));
    const endless = server.call('EVAL', 'while true do end', 0).catch((error: unknown) => error);
    const commit = () => store.commit('p', [put('a', '2')]);
    await expectUnavailable(/BUSY .*; it runs a script of another program/, commit);
    // The client of `call` sends more commands than a busy server answers.
    const socket = connect(server.port, '127.0.0.1').end('SCRIPT KILL\r\n');
    expect(await text(socket)).toBe('+OK\r\n');
    expect(await endless).toBeInstanceOf(Error);
    await until('the store', () => store.commit('p', [put('a', '3')]));
    await store.close();
  });

  it('is unavailable on a replica that has lost its master, whose data would be stale', async () => {
    const server = await startRedisProcess({ config: ['replica-serve-stale-data no'] });
    const reach = { topology: 'standalone' as const, nodes: [server.address] };
    const store = openRedisRecordStore(redisStoreSettings(reach, { commandTimeoutMs: 300 }));
    await until('the store', () => store.commit('p', [put('a', '1')]));
    await server.call('REPLICAOF', '127.0.0.1', 1);
    await expectUnavailable(/MASTERDOWN .*; it is a replica that/, () => store.get('p', 'c', 'a'));
    await store.close();
  });

  it('loads its scripts again after the server has dropped them', async () => {
    const store = openRedisRecordStore(redisStoreSettings(redis.reach));
    await store.commit('p', [put('a', '1')]);
    await redis.call('SCRIPT', 'FLUSH');
    const all = Array.from({ length: 20 }, (_, i) => store.commit('p', [put(`a${i}`, '1')]));
    expect(await Promise.all(all)).toEqual(all.map(() => COMMITTED));
    await store.close();
  });

  it('refuses a commit that reached too few replicas', async () => {
    const settings = redisStoreSettings(redis.reach, { writeReplicas: 1, commandTimeoutMs: 500 });
    const store = openRedisRecordStore(settings);
    await expectUnavailable(/0 of 1 replicas have it/, () => store.commit('p', [put('a', '1')]));
    expect(await until('the store', () => store.get('p', 'c', 'a'))).toMatchObject({ value: '1' });
    await store.close();
  });

  it.each([
    [['save ""', 'appendonly no'], 0, /keeps nothing on disk/],
    [['appendonly yes'], 2, /it has 0 replicas.* writeReplicas is 2/],
  ] as const)('is reported with %j and writeReplicas %d', async (config, writeReplicas, fault) => {
    const server = await startRedisProcess({ config });
    const report = vi.fn<(fault: string) => void>();
    const reach = { topology: 'standalone' as const, nodes: [server.address] };
    const store = openRedisRecordStore(redisStoreSettings(reach, { report, writeReplicas }));
    await until('a report', async () => report.mock.calls[0]);
    expect(report.mock.calls).toEqual([[expect.stringMatching(fault)]]);
    await store.close();
    await server.stop();
  });

  it.each([true, false])(
    'with eviction is reported if allowed (%s), else refused',
    async (allowEviction) => {
      const config = ['maxmemory 100mb', 'maxmemory-policy allkeys-lru'];
      const server = await startRedisProcess({ config });
      const [report, refuse] = [vi.fn<(fault: string) => void>(), vi.fn<(fault: string) => void>()];
      const reach = { topology: 'standalone' as const, nodes: [server.address] };
      const settings = redisStoreSettings(reach, { report, refuse, allowEviction });
      const store = openRedisRecordStore(settings);
      const [used, unused] = allowEviction ? [report, refuse] : [refuse, report];
      await until('an outcome', async () => used.mock.calls[0]);
      const line = expect.stringMatching(
        /set maxmemory-policy noeviction \(allkeys-lru now\)/,
      ) as string;
      expect([used.mock.calls, unused.mock.calls]).toEqual([[[line]], []]);
      await store.close();
      await server.stop();
    },
  );

  it('that refuses INFO is reported, since it may evict records', async () => {
    const rules = 'user default on nopass ~* &* +@all -info';
    const server = await startRedisProcess({ config: [rules] });
    const report = vi.fn<(fault: string) => void>();
    const reach = { topology: 'standalone' as const, nodes: [server.address] };
    const store = openRedisRecordStore(redisStoreSettings(reach, { report }));
    await until('a report', async () => report.mock.calls[0]);
    expect(report.mock.calls).toEqual([
      [expect.stringMatching(/does not say whether it evicts records \(NOPERM/)],
    ]);
    await store.close();
    await server.stop();
  });

  it('removes expired records and their index after commits', async () => {
    let now = 1_700_000_000_000;
    const settings = redisStoreSettings(redis.reach, { clock: () => now });
    const store = openRedisRecordStore(settings);
    const expiring = Array.from({ length: 40 }, (_, i) =>
      put(`k${i}`, '1', { expiresAt: now + 1 }),
    );
    await store.commit('p', [put('lasting', '1'), ...expiring]);
    const keys = keysOf(settings.keyPrefix, 'p');
    expect(await redis.call('ZCARD', keys.index('c'))).toBe(41);
    now += 1;
    await until('an empty index', async () => {
      await store.commit('p', [put('lasting', '2')]);
      return (await redis.call('ZCARD', keys.index('c'))) === 1 || undefined;
    });
    expect(await redis.call('EXISTS', keys.expiries, keys.record('c', 'k0'))).toBe(0);
    expect(await keysIn(store, 'p', 'c')).toEqual(['lasting']);
    await store.close();
  });

  it('removes expired records in partitions without writes', async () => {
    let now = 1_700_000_000_000;
    const settings = redisStoreSettings(redis.reach, { clock: () => now });
    const store = openRedisRecordStore(settings);
    for (const [partition, count] of [
      ['p', 250],
      ['}%{', 3],
    ] as const) {
      const options = { expiresAt: now + 1 };
      const expiring = Array.from({ length: count }, (_, i) => put(`a:${i}`, '1', options));
      await store.commit(partition, [put('lasting', '1'), ...expiring]);
    }
    const connections = connectRedis(settings, {
      onReady: () => undefined,
      report: () => undefined,
    });
    const caller = { connections, scripts: [SWEEP_SCRIPT], timeoutMs: 20_000 };
    const target = { ...settings, caller };
    expect(await sweepExpired(target)).toBe(0);
    now += 1;
    expect(await sweepExpired(target)).toBe(253);
    expect(await sweepExpired(target)).toBe(0);
    const { index } = keysOf(settings.keyPrefix, '}%{');
    expect(await redis.call('ZRANGE', index('c'), 0, -1)).toEqual(['lasting']);
    connections.close();
    await store.close();
  });

  it('keeps only the versions of a store without records', async () => {
    const settings = redisStoreSettings(redis.reach);
    const store = openRedisRecordStore(settings);
    await store.commit('p', [put('a', '1', { expiresAt: Date.now() + 60_000 })]);
    await store.commit('p', [{ kind: 'delete', collection: 'c', key: 'a' }]);
    const left = (await redis.call('KEYS', `${settings.keyPrefix}*`)) as string[];
    expect(left.filter((key) => !key.includes(':o:'))).toEqual([
      keysOf(settings.keyPrefix, 'p').version,
    ]);
    await store.close();
  });

  describe('as a cluster', () => {
    let cluster: RedisCluster;
    beforeAll(async () => {
      cluster = await startRedisCluster();
    });

    it('lists records on two nodes while their slot is being moved', async () => {
      const settings = redisStoreSettings(cluster.reach);
      const store = openRedisRecordStore(settings);
      for (const key of ['a', 'b', 'c']) await store.commit('moving', [put(key, '1')]);
      const keys = keysOf(settings.keyPrefix, 'moving');
      const slot = clusterSlot(keys.version);
      const from = await cluster.primaryOf(keys.version);
      const to = await cluster.primaryOf(`{${keyOfAnotherNode(slot)}}`);
      const ids = { from: String(await from.call('CLUSTER', 'MYID')), to: '' };
      ids.to = String(await to.call('CLUSTER', 'MYID'));
      expect(ids.to).not.toBe(ids.from);
      await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids.from);
      await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids.to);
      const move = (key: string) => from.call('MIGRATE', '127.0.0.1', to.port, key, 0, 5_000);
      await move(keys.record('c', 'b'));
      expect(await keysIn(store, 'moving', 'c')).toEqual(['a', 'b', 'c']);
      await move(keys.index('c'));
      expect(await keysIn(store, 'moving', 'c')).toEqual(['a', 'b', 'c']);
      const hasty = openRedisRecordStore({ ...settings, commandTimeoutMs: 500 });
      await expect(hasty.commit('moving', [put('a', '2')])).rejects.toThrow(StoreUnavailableError);
      await hasty.close();
      const rest = (await from.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[];
      for (const key of rest) await move(key);
      await to.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids.to);
      await from.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids.to);
      expect(await store.commit('moving', [put('a', '2')])).toEqual(COMMITTED);
      await store.close();
    });

    it('lets one of 200 concurrent deletes of a record win, from four replicas', async () => {
      const settings = redisStoreSettings(cluster.reach, { writeReplicas: 1 });
      const stores = Array.from({ length: 4 }, () => openRedisRecordStore(settings));
      const [first] = stores;
      if (!first) throw new Error('there is no store');
      await first.commit('p', [put('challenge', 'unused')]);
      const version = await versionOf(first, 'challenge');
      const use = stores.flatMap((store) =>
        Array.from({ length: 50 }, () =>
          store.commit('p', [
            { kind: 'delete', collection: 'c', key: 'challenge', condition: { version } },
          ]),
        ),
      );
      const outcomes = (await Promise.all(use)).map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
      await Promise.all(stores.map((store) => store.close()));
    });
  });
});

/** A key a third of all slots further, so on another node. */
function keyOfAnotherNode(slot: number): string {
  const wanted = (slot + ALL_SLOTS.length / 3) % ALL_SLOTS.length;
  for (let i = 0; ; i += 1) {
    if (Math.abs(clusterSlot(`${i}`) - wanted) < 100) return `${i}`;
  }
}

async function firstPlace(store: RecordStore): Promise<CollectionPlace | undefined> {
  for await (const place of store.collections()) return place;
  return undefined;
}
