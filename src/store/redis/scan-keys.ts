import type { Redis } from 'ioredis';
import { StoreUnavailableError } from '../record-store.ts';
import { callServer, type RedisCaller, requirePrimaries, within } from './call-redis.ts';
import { plainReason } from './plain-reason.ts';

/**
 * Redis blocks while it reads a page: with 1000 keys, other commands would wait for milliseconds.
 */
const PAGE = 100;

/**
 * The keys of all servers that match a pattern. A key that exists throughout appears at least once.
 * @throws StoreUnavailableError when not all servers are reached, or one is lost meanwhile: the
 *   scan cannot continue on another one
 */
export async function* scanKeys(caller: RedisCaller, pattern: string): AsyncGenerator<string> {
  for (const server of await requirePrimaries(caller)) {
    yield* scanServer(caller, server, pattern);
  }
}

async function* scanServer(
  { timeoutMs }: RedisCaller,
  server: Redis,
  pattern: string,
): AsyncGenerator<string> {
  const connection = { isLost: false };
  const lose = () => {
    connection.isLost = true;
  };
  server.once('close', lose);
  try {
    let cursor = '0';
    do {
      const scan = callServer(server, ['SCAN', cursor, 'MATCH', pattern, 'COUNT', PAGE]);
      const reply = await within(timeoutMs, scan).catch((error: unknown) => {
        throw new StoreUnavailableError(`Redis returns no keys: ${plainReason(error)}`);
      });
      if (connection.isLost)
        throw new StoreUnavailableError('Redis was lost between two pages of keys');
      const [next, keys] = reply as [string, string[]];
      cursor = next;
      yield* keys;
    } while (cursor !== '0');
  } finally {
    server.off('close', lose);
  }
}
