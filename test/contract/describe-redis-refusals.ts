import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../src/store/record-store.ts';
import { openRedisRecordStore } from '../../src/store/redis/redis-record-store.ts';
import { expectUnavailable } from '../support/redis/expect-unavailable.ts';
import { until } from '../support/redis/redis-process.ts';
import { type RedisOptions, startStandaloneRedis } from '../support/redis/redis-servers.ts';
import { redisStoreSettings } from '../support/redis/redis-store-settings.ts';
import { COMMITTED, put } from './store-under-test.ts';

const MEMORY = 4_000_000;

/**
 * How the store reports a server that refuses to write. Versions of Redis word the refusal
 * differently.
 */
export function describeRedisRefusals(name: string, options: RedisOptions = {}): void {
  describe(`${name} that refuses`, () => {
    it('writes while its memory is full recovers once there is room', async () => {
      const redis = await startStandaloneRedis({
        ...options,
        config: [`maxmemory ${MEMORY}`, 'maxmemory-policy noeviction'],
      });
      const store = openRedisRecordStore(redisStoreSettings(redis.reach));
      const value = 'x'.repeat(50_000);
      const putMany = async () => {
        for (let i = 0; i < 100; i += 1) await store.commit('p', [put(`k${i}`, value)]);
      };
      await expect(putMany()).rejects.toThrow(/Redis refuses: .*OOM/);
      await expect(putMany()).rejects.toThrow(StoreUnavailableError);
      const used = /used_memory:(\d+)/.exec(String(await redis.call('INFO', 'memory')))?.[1];
      expect(Number(used)).toBeLessThan(MEMORY + 1_000_000);
      for (let i = 0; i < 20; i += 1) {
        const removed = store.commit('p', [{ kind: 'delete', collection: 'c', key: `k${i}` }]);
        expect(await removed).toEqual(COMMITTED);
      }
      expect(await store.commit('p', [put('again', '1')])).toEqual(COMMITTED);
      await store.close();
    });

    it('writes because it became a replica makes the store connect again', async () => {
      const redis = await startStandaloneRedis(options);
      const settings = redisStoreSettings(redis.reach, { commandTimeoutMs: 400 });
      const store = openRedisRecordStore(settings);
      const committed = (value: string) =>
        until('a commit', () => store.commit('p', [put('a', value)]));
      expect(await committed('1')).toEqual(COMMITTED);
      const connections = async () =>
        Number(
          /total_connections_received:(\d+)/.exec(String(await redis.call('INFO', 'stats')))?.[1],
        );
      await redis.call('REPLICAOF', '127.0.0.1', 1);
      const before = await connections();
      await expectUnavailable(/READONLY/, () => store.commit('p', [put('a', '2')]));
      // Not counting the two connections of this test.
      expect(await connections()).toBeGreaterThan(before + 1);
      await redis.call('REPLICAOF', 'NO', 'ONE');
      expect(await committed('3')).toEqual(COMMITTED);
      await store.close();
    });

    it.each([
      ['-get', ['get', 'commit']],
      ['-set', ['commit']],
      ['-evalsha', ['commit']],
      ['resetkeys', ['get', 'commit']],
    ])('rights that the user had (%s) leads to no wrong answer', async (rule, refused) => {
      const server = await startStandaloneRedis(options);
      const setUser = (...rules: readonly string[]) =>
        server.call('ACL', 'SETUSER', 'scep', ...rules);
      await setUser('on', '>hush-hush', '~*', '+@all');
      const user = { username: 'scep', password: 'hush-hush' };
      const store = openRedisRecordStore(redisStoreSettings(server.reach, user));
      await store.commit('p', [put('a', '1')]);
      await setUser(rule);
      const calls = {
        get: () => store.get('p', 'c', 'a'),
        commit: () => store.commit('p', [put('a', '2')]),
      };
      for (const [name, call] of Object.entries(calls)) {
        const outcome = await call().catch((error: unknown) => error);
        if (!refused.includes(name)) continue;
        expect(outcome, name).toBeInstanceOf(StoreUnavailableError);
        expect(String(outcome), name).toMatch(/the user lacks rights, which docs\/redis.md lists$/);
      }
      await setUser('~*', '+@all');
      expect(await store.get('p', 'c', 'a')).toMatchObject({ value: '1' });
      await store.close();
    });
  });
}
