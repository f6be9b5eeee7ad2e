import cluster from 'node:cluster';
import { createInterface } from 'node:readline';
import type { LoadedSettings } from '../config/load-settings.ts';
import { createOpsListener } from '../http/ops-listener.ts';
import { createLogger } from '../observability/logger.ts';
import { standardError } from '../observability/standard-error.ts';
import { announceServer } from './announce-server.ts';
import { openListeners } from './open-listeners.ts';
import { stopSignal } from './stop-signal.ts';
import type { WorkerMessage } from './worker-part.ts';
import { WorkerPool } from './worker-pool.ts';
import type { WorkerProcess } from './worker-watch.ts';

/**
 * Runs the primary of several workers until SIGTERM or SIGINT: it shares the listeners, keeps the
 * workers alive and answers probes for all of them. It opens no store and holds no state. When it
 * is killed, the workers end.
 * @returns the exit code
 * @throws the system's error when the address of the ops listener is in use
 */
export async function runWorkers(loaded: LoadedSettings, size: number): Promise<number> {
  const { settings } = loaded;
  const output = standardError();
  const logger = createLogger(settings.logLevel, output);
  const stopped = stopSignal();
  const probes = openListeners(logger);
  let pool: WorkerPool | undefined;
  const objection = async () => (pool === undefined ? 'no worker is ready' : pool.objection());
  const opsUrl = await probes.open(createOpsListener(objection, logger), settings.ops);
  const started = new WorkerPool({
    size,
    fork: () => forkWorker(output.write),
    logger,
    announce: (urls, first) => {
      announceServer({ ...urls, opsUrl }, loaded, logger);
      first.send({ opsUrl });
    },
  });
  pool = started;
  void stopped.then((signal) => started.stop(signal));
  const exitCode = await started.ended;
  await probes.drain(0);
  return exitCode;
}

/**
 * Runs the same command in another process, which inherits secrets by its environment only. Its
 * standard error is its own and passed on line by line: a pipe that processes share blocks all of
 * them when one more is started.
 */
function forkWorker(writeLine: (line: string) => void): WorkerProcess {
  cluster.setupPrimary({ stdio: ['inherit', 'inherit', 'pipe', 'ipc'] });
  const worker = cluster.fork();
  const { stderr } = worker.process;
  if (stderr) createInterface(stderr).on('line', (line) => writeLine(`${line}\n`));
  return {
    number: worker.id,
    onMessage: (hear) => worker.on('message', (message: WorkerMessage) => hear(message)),
    onExit: (hear) => worker.on('exit', hear),
    send: (message) => worker.send(message),
    kill: (signal) => worker.process.kill(signal),
  };
}
