import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type SpawnedServer, spawnServer } from './spawn-server.ts';
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
  readonly enrolLocalUrl: string;
  readonly apiUrl: string;
  readonly opsUrl?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface StartOptions {
  /** The directory of an earlier connector, to start it again; a new one by default. */
  readonly dataDir?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningConnector extends Omit<SpawnedServer, 'until'> {
  readonly ready: ReadyFile;
  readonly dataDir: string;
}

/**
 * Starts `scep-connector dev` in one process on free ports and waits until it listens. It ends with
 * the test file at the latest. Ending it fails the test when its log contains a secret.
 * @throws Error with what it printed when it exits early or is not ready within 90 s
 */
export async function startConnector(options: StartOptions = {}): Promise<RunningConnector> {
  const { args = [] } = options;
  const dataDir = options.dataDir ?? tempDirectory();
  const readyFile = path.join(tempDirectory(), 'ready.json');
  const { until, ...server } = spawnServer(
    [
      ...['dev', '--data-dir', dataDir, '--ready-file', readyFile],
      ...['--enrol-port', '0', '--api-port', '0', '--ops-port', '0'],
      ...(args.includes('--workers') ? [] : ['--workers', '1']),
      ...args,
    ],
    { mayPrintSecrets: true, ...(options.env ? { env: options.env } : {}) },
  );
  const ready = await until(() => readReadyFile(readyFile));
  for (const secret of secretsOf(ready, dataDir)) server.keepSecret(secret);
  return { ...server, ready, dataDir };
}

/** The file gets this name only when it is complete. */
function readReadyFile(file: string): ReadyFile | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ReadyFile) : undefined;
}

function secretsOf(ready: ReadyFile, dataDir: string): readonly string[] {
  const { scepUrl, challengePassword, secretAccessKey } = ready;
  const urlSecret = scepUrl.slice(scepUrl.lastIndexOf('/') + 1);
  const masterKey = readFileSync(path.join(dataDir, 'master.key'), 'utf8').trim();
  return [challengePassword, secretAccessKey, urlSecret, masterKey];
}
