import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/durations.ts';
import { openRedisRecordStore } from '../../src/store/redis/redis-record-store.ts';
import { hasRedis, type RedisProcess, startRedisProcess } from '../support/redis/redis-process.ts';
import { redisStoreSettings } from '../support/redis/redis-store-settings.ts';
import { put } from './store-under-test.ts';

const YEAR_MS = 365 * DAY_MS;

describe.runIf(hasRedis())('a replica whose clock is two years ahead', () => {
  let server: RedisProcess;
  beforeAll(async () => {
    server = await startRedisProcess();
  });
  afterAll(() => server.stop());

  it('removes nothing that is valid for the other replicas', async () => {
    const reach = { topology: 'standalone' as const, nodes: [server.address] };
    const settings = redisStoreSettings(reach);
    const right = openRedisRecordStore(settings);
    const ahead = openRedisRecordStore({ ...settings, clock: () => Date.now() + 2 * YEAR_MS });
    await right.commit('p', [put('a', '1', { expiresAt: Date.now() + YEAR_MS })]);
    await ahead.commit('p', [put('b', '1')]);
    // close() waits for the sweep that follows the commit.
    await ahead.close();
    expect(await right.get('p', 'c', 'a')).toMatchObject({ value: '1' });
    await right.close();
  });
});
