import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';

export interface SpawnedServer {
  readonly process: ChildProcess;
  /** All it has printed so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Looks again and again for what `look` finds, until the server is up. @throws Error with what it printed when it is not */
  readonly until: <T>(look: () => T | undefined) => Promise<T>;
  /** From now on this text must not be in its log. Its end is where that is checked. */
  readonly keepSecret: (secret: string) => void;
  /** SIGTERM; resolves to the exit code, null if a signal ended it. @throws Error when a secret was logged */
  readonly stop: () => Promise<number | null>;
  /** SIGKILL, as a crash would. @throws Error when a secret was logged */
  readonly kill: () => Promise<void>;
}

export interface SpawnOptions {
  /** What is secret from the start. */
  readonly secrets?: readonly string[];
  /** Secrets may be printed to standard output, as `dev` does. Standard error, the log, never has them. */
  readonly mayPrintSecrets?: boolean;
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** The network namespace that it runs in; that of the tests without it. */
  readonly namespace?: string;
}

export const MAIN = path.resolve(import.meta.dirname, '../../../dist/main.js');
/** Only a server that hangs takes longer, however busy the machine. */
const START_TIMEOUT_MS = 90_000;
const ends = new Set<() => Promise<unknown>>();

/** Runs `scep-connector` with these arguments. It is ended with the test file at the latest. */
export function spawnServer(args: readonly string[], options: SpawnOptions = {}): SpawnedServer {
  const { namespace } = options;
  const inside = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
  const [program = '', ...words] = [...inside, process.execPath, MAIN, ...args];
  const child = spawn(program, words, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const secrets = new Set(options.secrets);
  const end = async (signal: NodeJS.Signals) => {
    if (!hasExited(child)) child.kill(signal);
    await closed;
    ends.delete(killed);
    refuseLeaks(options.mayPrintSecrets ? stderr() : stdout() + stderr(), secrets);
    return child.exitCode;
  };
  const killed = () => end('SIGKILL');
  ends.add(killed);
  return {
    process: child,
    stdout,
    stderr,
    until: (look) => poll(child, look, killed, () => stdout() + stderr()),
    keepSecret: (secret) => secrets.add(secret),
    stop: () => end('SIGTERM'),
    kill: async () => {
      await killed();
    },
  };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

async function poll<T>(
  child: ChildProcess,
  look: () => T | undefined,
  kill: () => Promise<unknown>,
  output: () => string,
): Promise<T> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (hasExited(child)) {
      throw new Error(`the server exited with code ${child.exitCode}:\n${output()}`);
    }
    if (Date.now() > deadline) {
      await kill();
      throw new Error(`the server was not ready in time:\n${output()}`);
    }
    await sleep(20);
  }
}

/** The line at fault is shown, for whoever must find what wrote it. The secrets of tests are nobody's. */
function refuseLeaks(log: string, secrets: ReadonlySet<string>): void {
  const leak = log.split('\n').find((line) => [...secrets].some((secret) => line.includes(secret)));
  if (leak !== undefined) throw new Error(`the server logged a secret: ${leak}`);
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

afterAll(async () => {
  await Promise.all([...ends].map((end) => end()));
});
