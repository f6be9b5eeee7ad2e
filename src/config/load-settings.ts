import { readFile } from 'node:fs/promises';
import type { Credential } from '../aws-wire/credential.ts';
import { CREDENTIAL_VARIABLES, readCredentialEnvironment } from './credential-environment.ts';
import { loadCredentialsFile } from './credentials-file.ts';
import { warningsOfSecretFiles } from './exposed-files.ts';
import { isSameMasterKey, readMasterKeyFile } from './load-master-key.ts';
import { parseSettings } from './parse-settings.ts';
import { type Environment, readSettingsEnvironment } from './read-settings-environment.ts';
import { readSettingsFile, type SettingsSource } from './read-settings-file.ts';
import { type RedisConnection, readRedisConnection } from './redis-connection.ts';
import { LISTENERS, type ListenerSettings, SETTINGS, type Settings } from './settings.ts';
import { loadTlsFiles, type TlsFiles } from './tls-files.ts';
import { readTokenSettings, type TokenSettings } from './token-settings.ts';
import { UsageError } from './usage-error.ts';

export interface LoadedSettings {
  readonly settings: Settings;
  /** 32 octets. */
  readonly masterKey: Uint8Array;
  /** 32 octets that differ from the master key; only while the master key is being changed. */
  readonly otherMasterKey?: Uint8Array | undefined;
  /** An access key from the environment. */
  readonly credential?: Credential | undefined;
  /** The PKCS #11 token that holds CA keys. */
  readonly token?: TokenSettings | undefined;
  /** Undefined unless Redis keeps the records. */
  readonly redis?: RedisConnection | undefined;
  /** Lines for the log, about files with secrets that others may read. */
  readonly warnings?: readonly string[];
}

/** Names the settings file if `--config` does not. */
const CONFIG_VARIABLE = 'SCEP_CONNECTOR_CONFIG';

/**
 * Reads the settings of `scep-connector serve` from the environment and from the file, if there is
 * one, and checks every file that they name. The environment overrides the file.
 * @throws UsageError with a line for each mistake
 */
export async function loadSettings(
  configFile: string | undefined,
  environment: Environment = process.env,
): Promise<LoadedSettings> {
  const file = configFile ?? (environment[CONFIG_VARIABLE] || undefined);
  const others = [CONFIG_VARIABLE, ...CREDENTIAL_VARIABLES];
  const parsed = parseSettings([
    ...(file === undefined ? [] : [await readSource(file)]),
    readSettingsEnvironment(SETTINGS, environment, others),
  ]);
  const mistakes = [...parsed.mistakes];
  const { settings } = parsed;
  await checkFiles(settings, mistakes);
  const { masterKey, otherMasterKey } = await readMasterKeys(settings, mistakes);
  const credential = await attempt(mistakes, '', () => readCredentialEnvironment(environment));
  const token = await attempt(mistakes, 'keyStore.pinFile: ', () => readTokenSettings(settings));
  const redis = await attempt(mistakes, '', () => readRedisConnection(settings));
  if (mistakes.length > 0 || masterKey === undefined) throw new UsageError(mistakes.join('\n'));
  const warnings = await warningsOfSecretFiles(settings);
  return { settings, masterKey, otherMasterKey, credential, token, redis, warnings };
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

/** Adds a line for each mistake in the files that the settings name. */
async function checkFiles(settings: Settings, mistakes: string[]): Promise<void> {
  for (const name of LISTENERS) {
    const files = tlsFilesOf(settings[name]);
    if (files) await attempt(mistakes, `${name}.tls: `, () => loadTlsFiles(files));
  }
  const { credentialsFile } = settings;
  if (credentialsFile === undefined) return;
  await attempt(mistakes, 'credentialsFile: ', () => loadCredentialsFile(credentialsFile));
}

/** Adds a line for each mistake in the key files, and one if both keys are the same. */
async function readMasterKeys(settings: Settings, mistakes: string[]) {
  const masterKey = await attempt(mistakes, 'masterKeyFile: ', () =>
    readMasterKey(settings.masterKey, settings.masterKeyFile),
  );
  const otherMasterKey = await attempt(mistakes, 'otherMasterKeyFile: ', () =>
    readMasterKey(settings.otherMasterKey, settings.otherMasterKeyFile),
  );
  if (masterKey && otherMasterKey && isSameMasterKey(masterKey, otherMasterKey)) {
    mistakes.push('otherMasterKey: it is the master key itself; give the other one, or nothing');
  }
  return { masterKey, otherMasterKey };
}

async function readMasterKey(key: Uint8Array | undefined, file: string | undefined) {
  return key !== undefined || file === undefined ? key : readMasterKeyFile(file);
}

/** Runs `load`; the lines of a UsageError become mistakes. */
async function attempt<T>(
  mistakes: string[],
  about: string,
  load: () => Promise<T> | T,
): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    mistakes.push(...error.message.split('\n').map((line) => `${about}${line}`));
    return undefined;
  }
}

/** Undefined for a listener that speaks plain HTTP. */
export function tlsFilesOf({ tls: { certFile, keyFile } }: ListenerSettings): TlsFiles | undefined {
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}
