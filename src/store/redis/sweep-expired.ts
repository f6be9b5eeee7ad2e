import { randomUUID } from 'node:crypto';
import { callRedis, type RedisCaller, sendPlainly } from './call-redis.ts';
import { keysOf, patternsOf, readKey, sweepLockOf } from './keys.ts';
import { scanKeys } from './scan-keys.ts';
import type { RedisCommand } from './script.ts';
import { sweepPartition } from './sweep-script.ts';

export interface SweepTarget {
  readonly caller: RedisCaller;
  readonly keyPrefix: string;
  readonly clock: () => number;
}

export interface Sweeping {
  /** Frees a little of a partition that a commit found to have expired records. */
  behindCommit(partition: string): void;
  /** Ends the sweeps; resolves when none is under way. */
  stop(): Promise<void>;
}

/** Finding the partitions takes a look at every key there is: seconds of Redis, where there are millions. */
const INTERVAL_MS = 3_600_000;
const LOCK_MS = 2_700_000;
const BATCH = 100;
const BATCH_BEHIND_COMMIT = 16;

/**
 * Frees the space of expired records: behind commits, and about once an hour in partitions that nobody writes to, which of
 * all replicas one does at a time. The timer keeps no process alive. What ails a sweep ails the next call as well, which has a
 * caller to tell.
 */
export function startSweeping(target: SweepTarget): Sweeping {
  let isStopped = false;
  const underWay = new Map<string, Promise<unknown>>();
  const once = (name: string, sweep: () => Promise<unknown>) => {
    if (isStopped || underWay.has(name)) return;
    const swept = sweep()
      .catch(() => undefined)
      .finally(() => underWay.delete(name));
    underWay.set(name, swept);
  };
  const timer = setInterval(
    () => once('', () => sweepUnderLock(target, () => isStopped)),
    INTERVAL_MS * (0.8 + Math.random() * 0.4),
  ).unref();
  return {
    behindCommit: (partition) =>
      once(partition, () => sweepBatch(target, partition, BATCH_BEHIND_COMMIT)),
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await Promise.all(underWay.values());
    },
  };
}

async function sweepUnderLock(target: SweepTarget, isStopped: () => boolean): Promise<void> {
  const { caller, keyPrefix } = target;
  const lock = sweepLockOf(keyPrefix);
  const take: RedisCommand = ['SET', lock, randomUUID(), 'NX', 'PX', LOCK_MS];
  const taken = await callRedis(caller, lock, take, sendPlainly);
  if (taken === 'OK') await sweepExpired(target, isStopped);
}

/** Removes every record that has expired, a few at a time, and gives their number. */
export async function sweepExpired(
  target: SweepTarget,
  isStopped: () => boolean = () => false,
): Promise<number> {
  const { caller, keyPrefix } = target;
  let swept = 0;
  for await (const key of scanKeys(caller, patternsOf(keyPrefix).expiries)) {
    const { partition } = readKey(keyPrefix, key);
    for (let found = BATCH; found === BATCH && !isStopped(); swept += found) {
      found = await sweepBatch(target, partition, BATCH);
    }
    if (isStopped()) break;
  }
  return swept;
}

async function sweepBatch(
  { caller, keyPrefix, clock }: SweepTarget,
  partition: string,
  limit: number,
): Promise<number> {
  const keys = keysOf(keyPrefix, partition);
  const send = (command: RedisCommand) => callRedis(caller, keys.version, command, sendPlainly);
  // Of two clocks the earlier: a replica whose own is ahead must not remove what lives for all others.
  const now = Math.min(clock(), await serverTime(send));
  return sweepPartition(keys, { now, limit }, send);
}

/** In milliseconds since the epoch. */
async function serverTime(send: (command: RedisCommand) => Promise<unknown>): Promise<number> {
  const reply = await send(['TIME']);
  const [seconds] = Array.isArray(reply) ? (reply as unknown[]) : [];
  const time = Number(seconds) * 1_000;
  if (Number.isSafeInteger(time)) return time;
  throw new Error('Redis gave an unexpected reply to TIME');
}
