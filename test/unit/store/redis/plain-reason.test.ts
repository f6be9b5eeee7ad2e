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
])('a server that the client is %s connected to is said to have no connection', async (_, call) => {
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
