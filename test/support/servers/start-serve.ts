import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { type SpawnedServer, spawnServer } from './spawn-server.ts';
import { tempDirectory } from './temp-directory.ts';

export interface ServeOptions {
  /** The content of the settings file; without it there is no file. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  /** As in `spawnServer`. */
  readonly namespace?: string;
}

export interface RunningServe extends SpawnedServer {
  readonly enrolUrl: string;
  readonly apiUrl: string;
  readonly opsUrl: string;
  /** The log lines with this message. */
  readonly logged: (message: string) => readonly Readonly<Record<string, unknown>>[];
}

/** For `settings`: every listener on a free port of 127.0.0.1. */
export const FREE_PORTS = {
  enrol: { host: '127.0.0.1', port: 0 },
  api: { port: 0 },
  ops: { port: 0 },
};

/**
 * Starts `scep-connector serve`, in one process unless the settings name more, and waits until it
 * logs its addresses. It ends with the test file at the latest.
 * @throws Error with what it printed when it exits early or is not ready within 90 s
 */
export async function startServe({
  settings,
  env = {},
  secrets = [],
  namespace,
}: ServeOptions): Promise<RunningServe> {
  const file = settings && path.join(tempDirectory(), 'serve.yaml');
  if (file !== undefined) writeFileSync(file, stringify({ workers: 1, ...settings }));
  const args = ['serve', ...(file === undefined ? [] : ['--config', file])];
  const alone = file === undefined ? { SCEP_CONNECTOR_WORKERS: '1' } : {};
  const server = spawnServer(args, {
    env: { ...alone, ...env },
    secrets,
    ...(namespace && { namespace }),
  });
  const logged = (message: string) => linesOf(server.stderr()).filter(({ msg }) => msg === message);
  const urls = await server.until(() => logged('listening')[0]);
  return {
    ...server,
    enrolUrl: String(urls['enrolUrl']),
    apiUrl: String(urls['apiUrl']),
    opsUrl: String(urls['opsUrl']),
    logged,
  };
}

function linesOf(log: string): readonly Record<string, unknown>[] {
  const whole = log.slice(0, log.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
