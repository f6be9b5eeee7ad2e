import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreOptions } from '../cli/store/store-options.ts';
import { type LoadedSettings, loadSettings } from '../config/load-settings.ts';
import { readMasterKeyFiles } from '../config/read-master-key-files.ts';
import { UsageError } from '../config/usage-error.ts';
import type { WireSettings } from '../wire.ts';

/**
 * The settings of `wire` for a command on the store of a server: for `dev` from its data directory,
 * for `serve` the parts of its settings that `partsOf` selects.
 * @throws UsageError for mistakes in options and settings
 */
export async function readWireSettings(
  options: StoreOptions,
  partsOf: (loaded: LoadedSettings) => WireSettings,
): Promise<WireSettings> {
  const { config, dataDir, ...keyFiles } = options;
  const { masterKeyFile, otherMasterKeyFile } = keyFiles;
  if (dataDir !== undefined) {
    const keys = await readMasterKeyFiles({ ...keyFiles, dataDir });
    return { storeDir: join(dataDir, 'store'), ...keys };
  }
  if (masterKeyFile !== undefined || otherMasterKeyFile !== undefined) {
    throw new UsageError('files with master keys go with --data-dir; settings name their own');
  }
  return partsOf(await loadSettings(config).catch((error) => explainSettings(error, config)));
}

/** A user who has only tried `dev` has no settings, and needs a hint. */
function explainSettings(error: unknown, config: string | undefined): never {
  if (config !== undefined || !(error instanceof UsageError)) throw error;
  throw new UsageError(`${error.message}\n${WHOSE_SETTINGS}`);
}

const WHOSE_SETTINGS =
  'these are the settings of serve: --config names their file, --data-dir the store of dev';

/** @throws UsageError when an embedded store is not there yet */
export function requireStore({ storeDir, redis }: WireSettings): void {
  if (!redis && !existsSync(storeDir)) throw new UsageError(`there is no store in ${storeDir}`);
}
