import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { plainReason } from '../../../../src/store/redis/plain-reason.ts';
import { freePort } from '../../../support/servers/free-port.ts';

it.each([
  ['not yet', (redis: Redis) => redis.get('a')],
  [
    'no longer',
    (redis: Redis) => {
      redis.disconnect();
      return redis.get('a');
    },
  ],
])('names the missing connection of a client that is %s connected', async (_, call) => {
  const port = await freePort();
  const redis = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    enableOfflineQueue: false,
  });
  redis.on('error', () => undefined);
  const error = await call(redis).catch((thrown: unknown) => thrown);
  redis.disconnect();
  expect(plainReason(error)).toBe('there is no connection');
});
