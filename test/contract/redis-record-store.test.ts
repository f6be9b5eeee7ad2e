import { readFileSync } from 'node:fs';
import { beforeAll, describe } from 'vitest';
import { openRedisRecordStore } from '../../src/store/redis/redis-record-store.ts';
import type { RedisStoreSettings } from '../../src/store/redis/redis-store-settings.ts';
import { hasRedis } from '../support/redis-process.ts';
import {
  startRedisCluster,
  startSecureRedis,
  startSentinelRedis,
  startStandaloneRedis,
} from '../support/redis-servers.ts';
import { redisStoreSettings } from '../support/redis-store-settings.ts';
import { describeRecordStore } from './record-store-contract.ts';

describe.runIf(hasRedis())('the record store on Redis', () => {
  onRedis('alone', async () => redisStoreSettings((await startStandaloneRedis()).reach));

  onRedis('under Sentinel', async () => {
    const { reach } = await startSentinelRedis();
    return redisStoreSettings(reach, { writeReplicas: 1 });
  });

  onRedis('in a cluster', async () => {
    const { reach } = await startRedisCluster();
    return redisStoreSettings(reach, { writeReplicas: 1 });
  });

  onRedis('behind TLS, with the rules of the ACL that docs/redis.md has', async () => {
    const { reach, username, password, tls } = await startSecureRedis(documentedRules());
    const { ca, cert, key } = tls;
    return redisStoreSettings(reach, { username, password, tls: { ca, cert, key } });
  });
});

/** With the prefixes of these tests. */
function documentedRules(): string {
  const page = readFileSync('docs/redis.md', 'utf8');
  const [, rules = ''] = /^user scep-connector on >PASSWORD (.+)$/m.exec(page) ?? [];
  return rules.replace('~scep-connector:*', '~store-*');
}

/** The contract on one topology, whose servers all its tests share. */
function onRedis(name: string, start: () => Promise<RedisStoreSettings>): void {
  describe(name, () => {
    let settings: RedisStoreSettings;
    let stores = 0;
    beforeAll(async () => {
      settings = await start();
    });

    describeRecordStore(`on Redis ${name}`, async () => {
      let now = 1_700_000_000_000;
      stores += 1;
      const keyPrefix = `store-${stores}:`;
      const open = () => openRedisRecordStore({ ...settings, keyPrefix, clock: () => now });
      let store = open();
      return {
        get store() {
          return store;
        },
        now: () => now,
        advance: async (milliseconds) => {
          now += milliseconds;
        },
        reopen: async () => {
          await store.close();
          store = open();
        },
        destroy: () => store.close(),
      };
    });
  });
}
