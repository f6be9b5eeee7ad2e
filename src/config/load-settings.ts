import { readFile } from 'node:fs/promises';
import { readMasterKeyFile } from './master-key.ts';
import type { ParsedSettings } from './parse-settings.ts';
import { parseSettings } from './parse-settings.ts';
import type { Environment } from './read-settings-environment.ts';
import { readSettingsEnvironment } from './read-settings-environment.ts';
import type { SettingsSource } from './read-settings-file.ts';
import { readSettingsFile } from './read-settings-file.ts';
import type { ListenerSettings, Settings } from './settings.ts';
import { SETTINGS } from './settings.ts';
import type { TlsFiles } from './tls-files.ts';
import { loadTlsFiles } from './tls-files.ts';
import { UsageError } from './usage-error.ts';

export interface LoadedSettings {
  readonly settings: Settings;
  /** 32 octets. */
  readonly masterKey: Uint8Array;
}

/** Names the file of settings when `--config` does not. */
const CONFIG_VARIABLE = 'SCEP_CONNECTOR_CONFIG';

/**
 * Reads the settings of `scep-connector serve` from the environment and from the file, if there is one, and looks into every file
 * that they name. The environment goes before the file.
 * @throws UsageError with a line for each mistake
 */
export async function loadSettings(
  configFile: string | undefined,
  environment: Environment = process.env,
): Promise<LoadedSettings> {
  const file = configFile ?? (environment[CONFIG_VARIABLE] || undefined);
  const sources = [
    ...(file === undefined ? [] : [await readSource(file)]),
    readSettingsEnvironment(SETTINGS, environment, [CONFIG_VARIABLE]),
  ];
  const parsed = parseSettings(sources);
  const mistakes = [...parsed.mistakes];
  const masterKey = await openFiles(parsed, mistakes);
  if (mistakes.length > 0 || masterKey === undefined) throw new UsageError(mistakes.join('\n'));
  return { settings: parsed.settings, masterKey };
}

async function readSource(file: string): Promise<SettingsSource> {
  try {
    return readSettingsFile(SETTINGS, file, await readFile(file, 'utf8'));
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const mistake = `${file} cannot be read (${code}); --config or ${CONFIG_VARIABLE} names the file of settings`;
    return { given: [], mistakes: [mistake], readable: false };
  }
}

/** Reads what the settings name, adds a line for each file at fault and gives the master key. */
async function openFiles(
  { settings }: ParsedSettings,
  mistakes: string[],
): Promise<Uint8Array | undefined> {
  const attempt = async <T>(path: string, load: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      mistakes.push(`${path}: ${error.message}`);
      return undefined;
    }
  };
  for (const name of ['enrol', 'api', 'ops'] as const) {
    const files = tlsFilesOf(settings[name]);
    if (files !== undefined) await attempt(`${name}.tls`, () => loadTlsFiles(files));
  }
  const { masterKey, masterKeyFile } = settings;
  if (masterKey !== undefined || masterKeyFile === undefined) return masterKey;
  return attempt('masterKeyFile', () => readMasterKeyFile(masterKeyFile));
}

/** Undefined for a listener of plain HTTP. */
export function tlsFilesOf({ tls: { certFile, keyFile } }: ListenerSettings): TlsFiles | undefined {
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}
