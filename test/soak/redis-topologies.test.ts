import { describe } from 'vitest';
import { describeRedisRecordStore } from '../contract/describe-redis-record-store.ts';
import { hasRedis } from '../support/redis/redis-process.ts';
import { startRedisCluster, startSentinelRedis } from '../support/redis/redis-servers.ts';
import { redisStoreSettings } from '../support/redis/redis-store-settings.ts';
import { SECURE_REDIS_WAYS } from '../support/redis/redis-ways.ts';

describe.runIf(hasRedis())('the whole contract', () => {
  for (const { name, secure } of SECURE_REDIS_WAYS) {
    describe(name, () => {
      describeRedisRecordStore(`Redis under Sentinel ${name}`, async () => {
        const { options, credentials } = secure();
        const { reach } = await startSentinelRedis(options);
        return redisStoreSettings(reach, { writeReplicas: 1, ...credentials });
      });

      describeRedisRecordStore(`Redis in a cluster ${name}`, async () => {
        const { options, credentials } = secure();
        const { reach } = await startRedisCluster(options);
        return redisStoreSettings(reach, { writeReplicas: 1, ...credentials });
      });
    });
  }
});
