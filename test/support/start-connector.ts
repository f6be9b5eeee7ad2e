import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { tempDirectory } from './temp-directory.ts';

/** What `scep-connector dev --ready-file` writes once it listens. */
interface ReadyFile {
  readonly scepUrl: string;
  readonly challengePassword: string;
  readonly caFingerprintSha256: string;
  readonly caThumbprintSha1: string;
  readonly caCertificateFile: string;
  readonly region: string;
  readonly accountId: string;
  readonly connectorArn: string;
  readonly certificateAuthorityArn: string;
  readonly enrolUrl: string;
  readonly apiUrl: string;
  readonly opsUrl?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface StartOptions {
  /** Give the directory of an earlier connector to start it again; a new one by default. */
  readonly dataDir?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningConnector {
  readonly ready: ReadyFile;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** All it has printed so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** SIGTERM; resolves to the exit code, null if a signal ended it. */
  readonly stop: () => Promise<number | null>;
  /** SIGKILL, as a crash would. */
  readonly kill: () => Promise<void>;
}

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
const START_TIMEOUT_MS = 20_000;
const running = new Set<ChildProcess>();

/**
 * Starts `scep-connector dev` on free ports and waits until it listens. It is ended with the test file.
 * @throws Error with what it printed when it exits early or is not ready within 20 s.
 */
export async function startConnector(options: StartOptions = {}): Promise<RunningConnector> {
  const dataDir = options.dataDir ?? tempDirectory();
  const readyFile = path.join(tempDirectory(), 'ready.json');
  const child = spawn(
    process.execPath,
    [
      MAIN,
      ...['dev', '--data-dir', dataDir, '--ready-file', readyFile],
      ...['--enrol-port', '0', '--api-port', '0', '--ops-port', '0'],
      ...(options.args ?? []),
    ],
    { env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running.add(child);
  child.once('exit', () => running.delete(child));
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  await readiness(child, readyFile, () => stdout() + stderr());
  return {
    ready: JSON.parse(readFileSync(readyFile, 'utf8')) as ReadyFile,
    dataDir,
    process: child,
    stdout,
    stderr,
    stop: () => end(child, 'SIGTERM'),
    kill: async () => {
      await end(child, 'SIGKILL');
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

async function readiness(child: ChildProcess, file: string, output: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!isWritten(file)) {
    if (hasExited(child)) {
      throw new Error(`the connector exited with code ${child.exitCode}:\n${output()}`);
    }
    if (Date.now() > deadline) {
      await end(child, 'SIGKILL');
      throw new Error(`the connector was not ready in time:\n${output()}`);
    }
    await sleep(20);
  }
}

/** The file may be seen between its creation and its last byte. */
function isWritten(file: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').trimEnd().endsWith('}');
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (!hasExited(child)) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}

afterAll(async () => {
  await Promise.all([...running].map((child) => end(child, 'SIGKILL')));
});
