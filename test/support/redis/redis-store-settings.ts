import { randomUUID } from 'node:crypto';
import type { RedisStoreSettings } from '../../../src/store/redis/redis-store-settings.ts';
import type { RedisReach } from './redis-servers.ts';

/** Settings for a test server. Every call has a new key prefix, so every store starts empty. */
export function redisStoreSettings(
  reach: RedisReach,
  changes: Partial<RedisStoreSettings> = {},
): RedisStoreSettings {
  return {
    ...reach,
    database: 0,
    keyPrefix: `test-${randomUUID()}:`,
    // Longer than a busy machine stands still.
    commandTimeoutMs: 10_000,
    writeReplicas: 0,
    clock: Date.now,
    report: () => undefined,
    ...changes,
  };
}
