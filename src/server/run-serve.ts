import type { ServeOptions } from '../cli/serve.ts';
import { print, warn as warnOnTerminal } from '../cli/terminal/print.ts';
import { loadCredentialsFile } from '../config/credentials-file.ts';
import { type LoadedSettings, loadSettings } from '../config/load-settings.ts';
import { makeDataDir } from '../config/make-data-dir.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { runOnCores } from './run-on-cores.ts';
import { runServer } from './run-server.ts';

/**
 * Runs `scep-connector serve` until SIGTERM or SIGINT.
 * @throws UsageError with a line for each mistake in the settings
 */
export async function runServe({ config, checkConfig, workers }: ServeOptions): Promise<void> {
  const loaded = await loadSettings(config);
  if (checkConfig) {
    for (const warning of await warningsOf(loaded)) warnOnTerminal(`warning: ${warning}\n`);
    print('The settings are valid.\n');
    return;
  }
  const settings = { ...loaded.settings, ...omitUndefined({ workers }) };
  if (settings.store.kind === 'embedded') await makeDataDir(settings.dataDir);
  await runOnCores({ ...loaded, settings }, (worker) =>
    runServer({ ...loaded, settings }, { worker }),
  );
}

/** Those of the credentials too, which a running server logs each time that it reads them. */
async function warningsOf({ settings, warnings = [] }: LoadedSettings): Promise<readonly string[]> {
  const { credentialsFile } = settings;
  const credentials = credentialsFile && (await loadCredentialsFile(credentialsFile));
  return [...warnings, ...(credentials ? credentials.warnings : [])];
}
