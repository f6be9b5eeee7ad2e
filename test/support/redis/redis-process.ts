import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisOptions as ClientOptions, Redis } from 'ioredis';
import { afterAll } from 'vitest';
import { requireClient } from '../clients/require-client.ts';
import { freePort } from '../servers/free-port.ts';
import { tempDirectory } from '../servers/temp-directory.ts';

/** Replies are returned unmapped. */
type RedisOptions = Omit<ClientOptions, 'replyMapping'>;

/**
 * One redis-server of a test: on 127.0.0.1, with its data in a directory that is removed after the
 * test file.
 */
export interface RedisProcess {
  readonly host: string;
  readonly port: number;
  /** host:port */
  readonly address: string;
  readonly process: () => ChildProcess;
  /** Runs one command on a new connection and returns the reply. */
  readonly call: (...command: readonly [string, ...(string | number)[]]) => Promise<unknown>;
  /** SIGKILL, as a crash would. */
  readonly kill: () => Promise<void>;
  /** SIGTERM: Redis saves its data and ends. */
  readonly stop: () => Promise<void>;
  /** Stops answering while connections stay open, as on a machine that hangs. `resume` ends it. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Starts it again on the same port with the same data. */
  readonly start: () => Promise<void>;
}

export interface RedisProcessOptions {
  /** Lines of redis.conf. HOST and PORT in them become the server's own. */
  readonly config?: readonly string[];
  /** The name that clients use; 127.0.0.1 by default. */
  readonly host?: string;
  readonly sentinel?: boolean;
  /** How `call` connects. */
  readonly client?: RedisOptions;
  /** The program; redis-server of the PATH by default. */
  readonly program?: string;
  /** How long reading the data may take; a minute by default. */
  readonly startTimeoutMs?: number;
}

const START_TIMEOUT_MS = 60_000;
const running = new Set<ChildProcess>();

/** Whether redis-server is installed, for `describe.runIf`. */
export function hasRedis(): boolean {
  return requireClient('Redis', ['redis-server']);
}

/**
 * Starts a redis-server. It ends with the test file at the latest.
 * @throws Error when it is not ready in time
 */
export async function startRedisProcess(options: RedisProcessOptions = {}): Promise<RedisProcess> {
  const { config = [], host = '127.0.0.1', sentinel = false, program = 'redis-server' } = options;
  const port = await freePort();
  const directory = path.join(tempDirectory(), String(port));
  mkdirSync(directory);
  const file = path.join(directory, 'redis.conf');
  const own = ['bind 127.0.0.1', `port ${port}`, `dir ${directory}`, 'daemonize no'];
  const given = config.map((line) => line.replace('HOST', host).replace('PORT', `${port}`));
  writeFileSync(file, [...own, ...given, ''].join('\n'));
  const client = { host, port, ...options.client };
  let child: ChildProcess;
  const start = async () => {
    child = spawn(program, [file, ...(sentinel ? ['--sentinel'] : [])], { stdio: 'ignore' });
    running.add(child);
    await untilReady(client, options.startTimeoutMs ?? START_TIMEOUT_MS);
  };
  const end = async (signal: NodeJS.Signals) => {
    await endProcess(child, signal);
  };
  await start();
  return {
    ...{ host, port },
    address: `${host}:${port}`,
    process: () => child,
    call: (...command) => callOnce(client, command),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    start,
  };
}

/**
 * Calls `look` every 50 ms until it returns something.
 * @throws Error naming `what` when that takes more than two minutes
 */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await sleep(50);
  }
}

/** Commands on a connection that fails at once instead of retrying. */
async function callOnce(
  options: RedisOptions,
  [name, ...values]: readonly [string, ...(string | number)[]],
): Promise<unknown> {
  const redis = new Redis({ ...options, lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await redis.call(name, values);
  } finally {
    redis.disconnect();
  }
}

async function untilReady(options: RedisOptions, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await callOnce(options, ['PING']).catch((error: unknown) => error);
    if (answer === 'PONG') return;
    if (Date.now() > deadline) throw new Error(`redis-server was not ready in time: ${answer}`);
    await sleep(30);
  }
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  // A paused process handles no signal but SIGKILL.
  if (signal !== 'SIGKILL') child.kill('SIGCONT');
  await ended;
}

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

afterAll(async () => {
  await Promise.all([...running].map((child) => endProcess(child, 'SIGKILL')));
});
