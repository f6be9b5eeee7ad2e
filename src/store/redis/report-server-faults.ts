import type { Redis } from 'ioredis';
import { checkRedis } from './check-redis.ts';
import type { RedisStoreSettings } from './redis-store-settings.ts';

/** Returns a function that checks a newly connected server and reports each fault of it once. */
export function reportServerFaults({
  writeReplicas,
  report,
}: RedisStoreSettings): (server: Redis) => void {
  const reported = new Set<string>();
  return (server) => {
    const { host, port, sentinels, name } = server.options;
    const who = sentinels ? `the master ${name}` : `${host}:${port}`;
    checkRedis(server, { writeReplicas }).then(
      (faults) => {
        for (const fault of faults) {
          const line = `Redis (${who}): ${fault}`;
          if (!reported.has(line)) report(line);
          reported.add(line);
        }
      },
      // A connection that is lost meanwhile is reported where it is lost.
      () => undefined,
    );
  };
}
