import type { FindCredential } from '../aws-wire/credential.ts';
import type { LoadedSettings } from '../config/load-settings.ts';
import { type WatchedCredentials, watchCredentials } from '../config/watch-credentials.ts';
import type { Logger } from '../observability/logger.ts';

/**
 * The administrators' access keys: the one from the environment, and those of the credentials file,
 * which is watched.
 * @throws UsageError
 */
export async function openCredentials(
  { settings: { credentialsFile }, credential }: LoadedSettings,
  logger: Logger,
): Promise<WatchedCredentials> {
  const findInEnvironment: FindCredential = (id) =>
    credential?.accessKeyId === id ? credential : undefined;
  if (credentialsFile === undefined) {
    if (credential === undefined) logger.warn(NO_CREDENTIALS);
    return { findCredential: findInEnvironment, stop: () => Promise.resolve() };
  }
  const watched = await watchCredentials(credentialsFile, logger);
  return {
    ...watched,
    findCredential: (id) => findInEnvironment(id) ?? watched.findCredential(id),
  };
}

const NO_CREDENTIALS =
  'there are no credentials, so the API refuses everybody; set credentialsFile or SCEP_CONNECTOR_ACCESS_KEY_ID and SCEP_CONNECTOR_SECRET_ACCESS_KEY';
