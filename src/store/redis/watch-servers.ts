import type { Redis } from 'ioredis';
import { StoreUnavailableError } from '../store-unavailable-error.ts';
import { checkRedis } from './check-redis.ts';
import type { RedisStoreSettings } from './redis-store-settings.ts';

export interface ServerWatch {
  /** Looks at a server that was connected: what is wrong with it is reported, once. */
  readonly look: (server: Redis) => void;
  /** @throws StoreUnavailableError while a server throws records away: one that is missing would be a wrong answer */
  readonly requireNoEviction: () => void;
}

const LOOK_AGAIN_MS = 2_000;

export function watchServers({ writeReplicas, report }: RedisStoreSettings): ServerWatch {
  const reported = new Set<string>();
  const evicting = new Map<Redis, string>();
  const timers = new WeakMap<Redis, NodeJS.Timeout>();

  const reportOnce = (line: string) => {
    if (!reported.has(line)) report(line);
    reported.add(line);
  };
  const lookAgain = (server: Redis) => {
    clearTimeout(timers.get(server));
    timers.set(server, setTimeout(() => look(server), LOOK_AGAIN_MS).unref());
  };
  const look = (server: Redis) => {
    const { host, port, sentinels, name } = server.options;
    const who = `Redis (${sentinels ? `the master ${name}` : `${host}:${port}`})`;
    checkRedis(server, { writeReplicas }).then(
      ({ faults, eviction }) => {
        for (const fault of faults) reportOnce(`${who}: ${fault}`);
        if (eviction === undefined) {
          evicting.delete(server);
          return;
        }
        const refusal = `${who} is not used: ${eviction}`;
        reportOnce(refusal);
        evicting.set(server, refusal);
        lookAgain(server);
      },
      () => {
        // A connection that is lost meanwhile is reported where it is lost, and its next one looked at.
        if (server.status !== 'ready') evicting.delete(server);
        else if (evicting.has(server)) lookAgain(server);
      },
    );
  };
  return {
    look,
    requireNoEviction() {
      const [refusal] = evicting.values();
      if (refusal !== undefined) throw new StoreUnavailableError(refusal);
    },
  };
}
