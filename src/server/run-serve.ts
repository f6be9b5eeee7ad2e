import type { ServeOptions } from '../cli/serve.ts';
import { print } from '../cli/terminal/print.ts';
import { loadSettings } from '../config/load-settings.ts';
import { makeDataDir } from '../config/make-data-dir.ts';
import type { Logger } from '../observability/logger.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { runServer } from './run-server.ts';
import { joinPrimary } from './worker-part.ts';

/**
 * Runs `scep-connector serve` until SIGTERM or SIGINT, in this process alone or as the primary or a
 * worker of several.
 * @throws UsageError with a line for each mistake in the settings
 */
export async function runServe({ config, checkConfig, workers }: ServeOptions): Promise<void> {
  const loaded = await loadSettings(config);
  if (checkConfig) {
    print('The settings are valid.\n');
    return;
  }
  const settings = { ...loaded.settings, ...omitUndefined({ workers }) };
  const { regions } = settings.api;
  const warn = (logger: Logger) => {
    if (regions === undefined) logger.warn(EVERY_REGION);
  };
  const prepare = async () => async (_urls: unknown, logger: Logger) => warn(logger);
  if (settings.store.kind === 'embedded') await makeDataDir(settings.dataDir);
  const worker = joinPrimary();
  if (worker === undefined && settings.workers > 1) {
    // Not loaded where there is one process.
    const { runWorkers } = await import('./run-workers.ts');
    process.exitCode = await runWorkers(settings, warn);
    return;
  }
  try {
    await runServer({ ...loaded, settings }, { prepare, worker });
  } finally {
    worker?.finish();
  }
}

const EVERY_REGION =
  'requests may be signed for any region, and each region has its own quotas and rates; set api.regions to those in use';
