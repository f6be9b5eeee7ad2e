import type { Redis } from 'ioredis';
import { checkRedis } from './check-redis.ts';
import type { RedisStoreSettings } from './redis-store-settings.ts';

/**
 * Returns a function that checks a newly connected server, reports each fault of it once, and
 * refuses one that evicts records unless the settings allow that.
 */
export function reportServerFaults({
  writeReplicas,
  report,
  allowEviction = false,
  refuse = report,
}: RedisStoreSettings): (server: Redis) => void {
  const reported = new Set<string>();
  const say = (line: string, how = report) => {
    if (!reported.has(line)) how(line);
    reported.add(line);
  };
  return (server) => {
    const { host, port, sentinels, name } = server.options;
    const who = sentinels ? `the master ${name}` : `${host}:${port}`;
    checkRedis(server, { writeReplicas }).then(
      ({ faults, eviction }) => {
        for (const fault of faults) say(`Redis (${who}): ${fault}`);
        if (eviction === undefined) return;
        if (allowEviction) say(`Redis (${who}): ${eviction}`);
        else say(`Redis (${who}): ${eviction}, or allow it by store.redis.allowEviction`, refuse);
      },
      (error: unknown) => {
        // A connection that is lost meanwhile is reported where it is lost.
        if (!isRefused(error)) return;
        say(`Redis (${who}): it does not say whether it evicts records (${error.message})`);
      },
    );
  };
}

/** By the ACL: managed servers and careful administrators refuse INFO. */
function isRefused(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
