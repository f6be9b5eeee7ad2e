import { setImmediate } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { SendCommands } from './call-redis.ts';
import type { RedisCommand } from './script.ts';

export interface ReplicatedReply {
  readonly reply: unknown;
  /** Replicas that are known to have what the reply is about, and all that the server did before. */
  readonly replicas: number;
}

interface Waiting {
  readonly commands: readonly RedisCommand[];
  readonly deadline: number;
  readonly resolve: (reply: ReplicatedReply) => void;
  readonly reject: (error: Error) => void;
}

const MOST_TOGETHER = 256;

/**
 * Sends writes with a WAIT behind them on the same connection, which is what a WAIT is about. It holds the connection up until the
 * replicas have answered, or `waitMs` are over: the writes that come meanwhile share the next one.
 */
export function sendReplicated(replicas: number, waitMs: number): SendCommands<ReplicatedReply> {
  const queues = new WeakMap<Redis, Waiting[]>();
  const drain = async (server: Redis, queue: Waiting[]) => {
    await setImmediate();
    while (queue.length > 0) {
      const batch = queue.splice(0, MOST_TOGETHER);
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

/** Never rejects: those who wait are told. */
async function sendBatch(
  server: Redis,
  batch: readonly Waiting[],
  { replicas, waitMs }: { readonly replicas: number; readonly waitMs: number },
): Promise<void> {
  const now = performance.now();
  // Whoever has given up does not want it written any more.
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
