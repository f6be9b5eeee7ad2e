import { describe } from 'vitest';
import { documentedRedisRules } from '../support/redis/documented-redis-rules.ts';
import { hasRedis } from '../support/redis/redis-process.ts';
import {
  startRedisCluster,
  startSecureRedis,
  startSentinelRedis,
  startStandaloneRedis,
} from '../support/redis/redis-servers.ts';
import { redisStoreSettings } from '../support/redis/redis-store-settings.ts';
import { describeRedisRecordStore } from './describe-redis-record-store.ts';
import { describeRedisRefusals } from './describe-redis-refusals.ts';

describe.runIf(hasRedis())('with Debian’s redis-server', () => {
  describeRedisRecordStore('Redis alone', async () =>
    redisStoreSettings((await startStandaloneRedis()).reach),
  );

  describeRedisRefusals('Redis');

  describeRedisRecordStore('Redis under Sentinel', async () => {
    const { reach } = await startSentinelRedis();
    return redisStoreSettings(reach, { writeReplicas: 1 });
  });

  describeRedisRecordStore('Redis in a cluster', async () => {
    const { reach } = await startRedisCluster();
    return redisStoreSettings(reach, { writeReplicas: 1 });
  });

  describeRedisRecordStore(
    'Redis behind TLS, with the rules of the ACL that docs/redis.md has',
    async () => {
      const { reach, username, password, tls } = await startSecureRedis(
        documentedRedisRules().rules,
      );
      const { ca, cert, key } = tls;
      return redisStoreSettings(reach, { username, password, tls: { ca, cert, key } });
    },
  );
});
