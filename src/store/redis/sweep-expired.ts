import { randomUUID } from 'node:crypto';
import { HOUR_MS, MINUTE_MS } from '../../durations.ts';
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
  /** Removes a few of the expired records that a commit found in this partition. */
  behindCommit(partition: string): void;
  /** Ends the sweeps; resolves when none is under way. */
  stop(): Promise<void>;
}

/** Finding the partitions scans every key, which takes seconds where there are millions. */
const INTERVAL_MS = HOUR_MS;
const LOCK_MS = 45 * MINUTE_MS;
const BATCH = 100;
const BATCH_BEHIND_COMMIT = 16;

/**
 * Removes expired records: after commits, and about once an hour in all partitions, for those that
 * see no writes. A lock lets one replica at a time do the latter. The timer does not keep the
 * process alive. Errors are ignored: a fault of Redis fails the next call too, whose caller reports
 * it.
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

/** Removes every expired record, in batches. @returns their number */
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
  // The earlier of two clocks: a replica whose clock is ahead must not remove live records.
  const now = Math.min(clock(), await serverTime(send));
  return sweepPartition(keys, { now, limit }, send);
}

/** @returns milliseconds since the epoch */
async function serverTime(send: (command: RedisCommand) => Promise<unknown>): Promise<number> {
  const reply = await send(['TIME']);
  const [seconds] = Array.isArray(reply) ? (reply as unknown[]) : [];
  const time = Number(seconds) * 1_000;
  if (Number.isSafeInteger(time)) return time;
  throw new Error('Redis sent an unexpected reply to TIME');
}
