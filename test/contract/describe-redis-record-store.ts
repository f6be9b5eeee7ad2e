import { beforeAll, describe } from 'vitest';
import { openRedisRecordStore } from '../../src/store/redis/redis-record-store.ts';
import type { RedisStoreSettings } from '../../src/store/redis/redis-store-settings.ts';
import { describeRecordStore } from './record-store-contract.ts';
import { openStoreUnderTest } from './store-under-test.ts';

/**
 * Runs the contract of the port, or parts of it, on servers that `start` starts and all its tests
 * share.
 */
export function describeRedisRecordStore(
  name: string,
  start: () => Promise<RedisStoreSettings>,
  describeContract: typeof describeRecordStore = describeRecordStore,
): void {
  describe(name, () => {
    let settings: RedisStoreSettings;
    let stores = 0;
    beforeAll(async () => {
      settings = await start();
    });

    describeContract(`on ${name}`, () => {
      stores += 1;
      const keyPrefix = `store-${stores}:`;
      return openStoreUnderTest((clock) => openRedisRecordStore({ ...settings, keyPrefix, clock }));
    });
  });
}
