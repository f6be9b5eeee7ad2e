import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { StoreUnavailableError } from '../record-store.ts';
import type { RedisConnections } from './connect-redis.ts';
import { plainReason, readReplyError } from './plain-reason.ts';
import type { RedisCommand, Script } from './script.ts';

/** Sends commands in one piece to a server and gives the reply to the last of them. */
export type SendCommands<T> = (
  server: Redis,
  commands: readonly RedisCommand[],
  /** As `performance.now()`: nothing is to be sent later. */
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

/** What passes: a failover, a start, a moving slot. */
const PASSING = /^(TRYAGAIN|CLUSTERDOWN|LOADING|READONLY|MASTERDOWN|UNBLOCKED|BUSY) /;

/** The key is at another node: for good, or for this once while its slot is on the way there. */
const REDIRECT = /^(MOVED|ASK) \d+ (\S+)/;

interface Redirect {
  /** As host:port. */
  readonly to: string;
  readonly isForOnce: boolean;
}

/** A mistake of ours, not a state of the server. */
const MISTAKE = /^(ERR|WRONGTYPE|CROSSSLOT) /;

/**
 * Has the server that answers for `key` do a command, and tries again what fails while a connection or a server is replaced, until the
 * time is up. Commands must bear being done twice.
 * @throws StoreUnavailableError with the reason, and nothing of the command, at the latest after `timeoutMs`
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
  let isHasty = false;
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
        const said = plainReason(error);
        redirect = readRedirect(error);
        if (redirect?.isForOnce === false) void connections.refresh();
        // A last try that had little time says less than the ones before.
        reason = said === NO_ANSWER && reason !== '' ? `${reason}; at last ${said}` : said;
        const next = await afterFailure(caller, server, error, deadline);
        // What did not help at once may not help the next time either.
        isHasty = next === 'now' && !isHasty;
        if (isHasty) continue;
      }
    }
    void connections.refresh();
    // What has no time to be answered is not sent.
    if (deadline - performance.now() <= pause) {
      const why = reason || 'no server is reached';
      throw new StoreUnavailableError(`Redis did not do it within ${timeoutMs} ms: ${why}`);
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
  // What was heard last may be long ago, and some slots somewhere else.
  await within(timeoutMs, connections.refresh()).catch(() => undefined);
  for (;;) {
    const primaries = connections.primaries();
    if (primaries) return primaries;
    if (performance.now() > deadline) {
      throw new StoreUnavailableError('Redis is not reached, or not all of its servers');
    }
    void connections.refresh();
    await sleep(LONGEST_PAUSE_MS);
  }
}

/**
 * What the promise gives, unless the time is up before. An answer that has come in counts, however long this process was too busy to
 * read it.
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

/** The commands as they are, in one piece. @throws what the first that fails was refused with */
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

/** One command to one server, for good or ill. */
export async function callServer(server: Redis, [name, ...values]: RedisCommand): Promise<unknown> {
  return server.call(name, values);
}
