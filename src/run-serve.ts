import type { ServeOptions } from './cli/serve.ts';
import { loadSettings } from './config/load-settings.ts';
import { makeDataDir } from './config/make-data-dir.ts';
import type { Logger } from './observability/logger.ts';
import type { ServerUrls } from './run-server.ts';
import { runServer } from './run-server.ts';

/** Runs `scep-connector serve` until SIGTERM or SIGINT. @throws UsageError with a line for each mistake in the settings */
export async function runServe({ config, checkConfig }: ServeOptions): Promise<void> {
  const loaded = await loadSettings(config);
  if (checkConfig) {
    process.stdout.write('The settings are valid.\n');
    return;
  }
  await makeDataDir(loaded.settings.dataDir);
  const { regions } = loaded.settings.api;
  const warn = async (_urls: ServerUrls, logger: Logger) => {
    if (regions === undefined) logger.warn(EVERY_REGION);
  };
  await runServer(loaded, { prepare: async () => warn });
}

const EVERY_REGION =
  'requests may be signed for any region, and each region has its own quotas and rates; set api.regions to those in use';
