import { readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { hasRedis } from '../support/redis-process.ts';
import {
  startRedisCluster,
  startSecureRedis,
  startSentinelRedis,
  startStandaloneRedis,
} from '../support/redis-servers.ts';
import { redisStoreSettings } from '../support/redis-store-settings.ts';
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
      const { reach, username, password, tls } = await startSecureRedis(documentedRules());
      const { ca, cert, key } = tls;
      return redisStoreSettings(reach, { username, password, tls: { ca, cert, key } });
    },
  );
});

/** With the prefixes of these tests. */
function documentedRules(): string {
  const page = readFileSync('docs/redis.md', 'utf8');
  const [, rules = ''] = /^user scep-connector on >PASSWORD (.+)$/m.exec(page) ?? [];
  return rules.replace('~scep-connector:*', '~store-*');
}
