import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';

export interface SpawnedServer {
  readonly process: ChildProcess;
  /** Everything that it has printed so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /**
   * Calls `look` until it returns something or the server fails to start.
   * @throws Error with what the server printed when it does not start
   */
  readonly until: <T>(look: () => T | undefined) => Promise<T>;
  /** Forbids this text in the log. The check runs when the server ends. */
  readonly keepSecret: (secret: string) => void;
  /**
   * SIGTERM. Resolves to the exit code, or null when a signal ended the server.
   * @throws Error when a secret was logged
   */
  readonly stop: () => Promise<number | null>;
  /**
   * SIGKILL, as a crash would.
   * @throws Error when a secret was logged
   */
  readonly kill: () => Promise<void>;
}

export interface SpawnOptions {
  /** Texts that are secret from the start. */
  readonly secrets?: readonly string[];
  /**
   * Standard output may contain secrets, as that of `dev` does. Standard error, the log, never may.
   */
  readonly mayPrintSecrets?: boolean;
  /** Variables added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** The network namespace that it runs in; the tests' own by default. */
  readonly namespace?: string;
}

export const MAIN = path.resolve(import.meta.dirname, '../../../dist/main.js');
/** Only a server that hangs takes longer, however busy the machine is. */
const START_TIMEOUT_MS = 90_000;
const ends = new Set<() => Promise<unknown>>();

/** Runs `scep-connector` with these arguments. It ends with the test file at the latest. */
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

/** Shows the offending line, so that its source can be found. These secrets protect nothing. */
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
