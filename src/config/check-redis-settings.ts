import type { Settings } from './settings.ts';

type Redis = Settings['store']['redis'];

/** Checks the settings of Redis, but only if Redis is used. */
function whileUsed(problem: (redis: Redis) => string | undefined) {
  return ({ store: { kind, redis } }: Settings) => (kind === 'redis' ? problem(redis) : undefined);
}

/** The checks of `checkSettings` for the section `store.redis`. */
export const REDIS_CHECKS = [
  {
    about: 'store.redis.nodes',
    also: ['store.kind'],
    problem: whileUsed(({ nodes }) =>
      nodes === undefined || nodes.length === 0
        ? 'is required while store.kind is redis: where Redis is, such as redis.example.com:6379'
        : undefined,
    ),
  },
  {
    about: 'store.redis.sentinelName',
    also: ['store.kind', 'store.redis.topology'],
    problem: whileUsed(({ topology, sentinelName }) =>
      (topology === 'sentinel') === (sentinelName === undefined)
        ? 'and store.redis.topology sentinel go together: give both or neither'
        : undefined,
    ),
  },
  {
    about: 'store.redis.database',
    also: ['store.kind', 'store.redis.topology'],
    problem: whileUsed(({ topology, database }) =>
      topology === 'cluster' && database !== 0 ? 'must be 0: a cluster has no other' : undefined,
    ),
  },
  {
    about: 'store.redis.tls.keyFile',
    also: ['store.kind', 'store.redis.tls.certFile'],
    problem: whileUsed(({ tls: { certFile, keyFile } }) =>
      (certFile === undefined) === (keyFile === undefined)
        ? undefined
        : 'and store.redis.tls.certFile go together: give both or neither',
    ),
  },
] as const;
