import type { FindCredential } from '../aws-wire/credential.ts';
import type { LoadedSettings } from '../config/load-settings.ts';
import { type WatchedCredentials, watchCredentials } from '../config/watch-credentials.ts';
import type { Logger } from '../observability/logger.ts';

/** The access keys of the administrators: the one of the environment, and those of the file as it is now. @throws UsageError */
export async function openCredentials(
  { settings: { credentialsFile }, credential }: LoadedSettings,
  logger: Logger,
): Promise<WatchedCredentials> {
  const findLone: FindCredential = (id) =>
    credential?.accessKeyId === id ? credential : undefined;
  if (credentialsFile === undefined) {
    if (credential === undefined) logger.warn(NOBODY);
    return { findCredential: findLone, stop: () => Promise.resolve() };
  }
  const watched = await watchCredentials(credentialsFile, logger);
  return { ...watched, findCredential: (id) => findLone(id) ?? watched.findCredential(id) };
}

const NOBODY =
  'there are no credentials, so the API refuses everybody; set credentialsFile or SCEP_CONNECTOR_ACCESS_KEY_ID and SCEP_CONNECTOR_SECRET_ACCESS_KEY';
