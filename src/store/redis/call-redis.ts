import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { StoreUnavailableError } from '../record-store.ts';
import type { RedisConnections } from './connect-redis.ts';
import { plainReason, readReplyError } from './plain-reason.ts';
import type { RedisCommand, Script } from './script.ts';

/** Sends commands together to a server and returns the reply to the last one. */
export type SendCommands<T> = (
  server: Redis,
  commands: readonly RedisCommand[],
  /** On the time scale of `performance.now()`; nothing may be sent later. */
  deadline: number,
) => Promise<T>;

export interface RedisCaller {
  readonly connections: RedisConnections;
  readonly scripts: readonly Script[];
  readonly timeoutMs: number;
}

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;

const NO_ANSWER = 'there was no answer';

/** Transient states: a failover, a start, a moving slot. */
const PASSING = /^(TRYAGAIN|CLUSTERDOWN|LOADING|READONLY|MASTERDOWN|UNBLOCKED|BUSY) /;

/** The key is at another node: MOVED for good, ASK for this call, while its slot moves there. */
const REDIRECT = /^(MOVED|ASK) \d+ (\S+)/;

interface Redirect {
  /** As host:port. */
  readonly to: string;
  readonly isForOnce: boolean;
}

/** A bug of this program, not a state of the server. */
const MISTAKE = /^(ERR|WRONGTYPE|CROSSSLOT) /;

/**
 * Sends a command to the server that holds `key`. It retries while a connection or a server is
 * replaced, for `timeoutMs` at most. Doing the command twice must do no harm.
 * @throws StoreUnavailableError with the reason and without the command
 */
export async function callRedis<T>(
  caller: RedisCaller,
  key: string,
  command: RedisCommand,
  send: SendCommands<T>,
): Promise<T> {
  const { connections, timeoutMs } = caller;
  const deadline = performance.now() + timeoutMs;
  let redirect: Redirect | undefined;
  let retriesAtOnce = false;
  let reason = '';
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const followed = redirect;
    redirect = undefined;
    const server = followed ? connections.serverAt(followed.to) : connections.serverFor(key);
    const commands: RedisCommand[] = followed?.isForOnce ? [['ASKING'], command] : [command];
    if (server) {
      try {
        return await within(deadline - performance.now(), send(server, commands, deadline));
      } catch (error) {
        const latest = plainReason(error);
        redirect = readRedirect(error);
        if (redirect?.isForOnce === false) void connections.refresh();
        // The last attempt may time out early, so the reasons of earlier ones say more.
        reason = latest === NO_ANSWER && reason !== '' ? `${reason}; at last ${latest}` : latest;
        const next = await afterFailure(caller, server, error, deadline);
        // At most one retry in a row without a pause.
        retriesAtOnce = next === 'now' && !retriesAtOnce;
        if (retriesAtOnce) continue;
      }
    }
    void connections.refresh();
    // A command that cannot be answered in time is not sent.
    if (deadline - performance.now() <= pause) {
      const why = reason || 'no server is reached';
      throw new StoreUnavailableError(`Redis did not answer within ${timeoutMs} ms: ${why}`);
    }
    await sleep(pause);
  }
}

function readRedirect(error: unknown): Redirect | undefined {
  const [, kind, to] = REDIRECT.exec(readReplyError(error) ?? '') ?? [];
  return to === undefined ? undefined : { to, isForOnce: kind === 'ASK' };
}

async function afterFailure(
  { scripts }: RedisCaller,
  server: Redis,
  error: unknown,
  deadline: number,
): Promise<'now' | 'later'> {
  const message = readReplyError(error);
  if (message === undefined) return 'later';
  if (REDIRECT.test(message)) return 'now';
  if (message.startsWith('NOSCRIPT ')) {
    const loads = Promise.all(scripts.map(({ text }) => server.script('LOAD', text)));
    return within(deadline - performance.now(), loads).then(
      () => 'now' as const,
      () => 'later' as const,
    );
  }
  if (PASSING.test(message)) return 'later';
  const reason = `Redis refuses: ${plainReason(error)}`;
  throw MISTAKE.test(message) ? new Error(reason) : new StoreUnavailableError(reason);
}

/**
 * The servers that together hold every key.
 * @throws StoreUnavailableError when one of them is not reached in time
 */
export async function requirePrimaries({
  connections,
  timeoutMs,
}: RedisCaller): Promise<readonly Redis[]> {
  const deadline = performance.now() + timeoutMs;
  // The known slots may be out of date.
  await within(timeoutMs, connections.refresh()).catch(() => undefined);
  for (;;) {
    const primaries = connections.primaries();
    if (primaries) return primaries;
    if (performance.now() > deadline) {
      throw new StoreUnavailableError('not every primary of Redis can be reached');
    }
    void connections.refresh();
    await sleep(LONGEST_PAUSE_MS);
  }
}

/**
 * Awaits the promise for this long. An answer that arrived in time counts even if this process was
 * too busy to read it until later.
 */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error(NO_ANSWER));
    // Timers run before sockets are read, immediates after.
    timer = setTimeout(() => setImmediate(giveUp), Math.max(milliseconds, 0));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Sends the commands without a WAIT. @throws the error of the first command that fails */
export const sendPlainly: SendCommands<unknown> = async (server, commands) => {
  const [only] = commands;
  if (only && commands.length === 1) return callServer(server, only);
  const pipeline = server.pipeline();
  for (const [name, ...values] of commands) pipeline.call(name, ...values);
  const replies = (await pipeline.exec()) ?? [];
  const failure = replies.find(([error]) => error)?.[0];
  if (failure) throw failure;
  return replies.at(-1)?.[1];
};

/** Sends one command to one server, without retries. */
export async function callServer(server: Redis, [name, ...values]: RedisCommand): Promise<unknown> {
  return server.call(name, values);
}
