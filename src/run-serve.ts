import type { ServeOptions } from './cli/serve.ts';
import { loadSettings } from './config/load-settings.ts';
import { makeDataDir } from './config/make-data-dir.ts';
import { runServer } from './run-server.ts';

/** Runs `scep-connector serve` until SIGTERM or SIGINT. @throws UsageError with a line for each mistake in the settings */
export async function runServe({ config, checkConfig }: ServeOptions): Promise<void> {
  const loaded = await loadSettings(config);
  if (checkConfig) {
    process.stdout.write('The settings are valid.\n');
    return;
  }
  await makeDataDir(loaded.settings.dataDir);
  await runServer(loaded, {});
}
