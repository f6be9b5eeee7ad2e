import { setImmediate } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { SendCommands } from './call-redis.ts';
import type { RedisCommand } from './script.ts';

export interface ReplicatedReply {
  readonly reply: unknown;
  /** The number of replicas that are known to have this write and all earlier ones. */
  readonly replicas: number;
}

interface Waiting {
  readonly commands: readonly RedisCommand[];
  readonly deadline: number;
  readonly resolve: (reply: ReplicatedReply) => void;
  readonly reject: (error: Error) => void;
}

const MAX_BATCH = 256;

/**
 * Sends writes followed by a WAIT, which covers the writes of its own connection. The WAIT blocks
 * the connection until the replicas have answered or `waitMs` are over; writes that arrive
 * meanwhile share the next one.
 */
export function sendReplicated(replicas: number, waitMs: number): SendCommands<ReplicatedReply> {
  const queues = new WeakMap<Redis, Waiting[]>();
  const drain = async (server: Redis, queue: Waiting[]) => {
    await setImmediate();
    while (queue.length > 0) {
      const batch = queue.splice(0, MAX_BATCH);
      await sendBatch(server, batch, { replicas, waitMs });
    }
    queues.delete(server);
  };
  return (server, commands, deadline) =>
    new Promise((resolve, reject) => {
      const waiting = { commands, deadline, resolve, reject };
      const queue = queues.get(server);
      if (queue) {
        queue.push(waiting);
        return;
      }
      const started = [waiting];
      queues.set(server, started);
      void drain(server, started);
    });
}

/** Settles the promises of the batch, and never rejects itself. */
async function sendBatch(
  server: Redis,
  batch: readonly Waiting[],
  { replicas, waitMs }: { readonly replicas: number; readonly waitMs: number },
): Promise<void> {
  const now = performance.now();
  // A write that its caller has given up must not be made.
  const timely = batch.filter(({ deadline }) => deadline > now);
  for (const late of batch)
    if (late.deadline <= now) late.reject(new Error('it was not sent in time'));
  if (timely.length === 0) return;
  const pipeline = server.pipeline();
  for (const { commands } of timely) {
    for (const [name, ...values] of commands) pipeline.call(name, ...values);
  }
  pipeline.call('WAIT', replicas, waitMs);
  const replies = await pipeline.exec().catch((error: unknown) => [[error as Error, undefined]]);
  const [waitError, reached] = replies?.at(-1) ?? [];
  let at = 0;
  for (const { commands, resolve, reject } of timely) {
    at += commands.length;
    const [error, reply] = replies?.[at - 1] ?? [];
    const failure = error ?? waitError;
    if (failure) reject(failure);
    else resolve({ reply, replicas: Number(reached) });
  }
}
