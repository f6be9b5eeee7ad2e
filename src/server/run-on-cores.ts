import { availableParallelism } from 'node:os';
import type { LoadedSettings } from '../config/load-settings.ts';
import { joinPrimary, type WorkerPart } from './worker-part.ts';

/**
 * Runs a server until it has ended: in this process alone, or as the primary or a worker of several
 * processes, by default one for each processor core.
 * @param serve runs the server in this process
 */
export async function runOnCores(
  loaded: LoadedSettings,
  serve: (worker: WorkerPart | undefined) => Promise<void>,
): Promise<void> {
  const { workers = availableParallelism() } = loaded.settings;
  const worker = joinPrimary();
  if (worker === undefined && workers > 1) {
    // Not loaded where there is one process.
    const { runWorkers } = await import('./run-workers.ts');
    process.exitCode = await runWorkers(loaded, workers);
    return;
  }
  try {
    await serve(worker);
  } finally {
    worker?.finish();
  }
}
