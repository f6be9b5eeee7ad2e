import type { RedisStoreSettings } from '../../../src/store/redis/redis-store-settings.ts';
import { documentedRedisRules } from './documented-redis-rules.ts';
import type { RedisOptions } from './redis-servers.ts';
import { secureRedis } from './secure-redis.ts';

/** One way to reach the servers of a topology. */
interface RedisWay {
  readonly name: string;
  readonly secure: () => {
    readonly options: RedisOptions;
    /** What `redisStoreSettings` needs for it. */
    readonly credentials: Partial<RedisStoreSettings>;
  };
}

/**
 * One name for every server and Sentinel. They all resolve to 127.0.0.1 without DNS, and TLS does
 * not take them for addresses.
 */
const NAMES = ['127.1', '127.0.1', '0x7f.1', '0x7f.0.1', '0177.1', '0177.0.1'];

export const SECURE_REDIS_WAYS: readonly RedisWay[] = [
  { name: 'with TLS and users', secure: () => secureWay() },
  { name: 'with TLS, users and names for hosts', secure: () => secureWay(NAMES) },
];

export const REDIS_WAYS: readonly RedisWay[] = [
  { name: 'in plain', secure: () => ({ options: {}, credentials: {} }) },
  ...SECURE_REDIS_WAYS,
];

function secureWay(hosts?: readonly string[]): ReturnType<RedisWay['secure']> {
  const { options, tls, ...users } = secureRedis({
    ...documentedRedisRules(),
    ...(hosts && { hosts }),
  });
  const { ca, cert, key } = tls;
  return { options, credentials: { ...users, tls: { ca, cert, key } } };
}
