import type { Credential, FindCredential } from '../aws-wire/credential.ts';
import { type CredentialsFile, loadCredentialsFile } from './credentials-file.ts';
import { UsageError } from './usage-error.ts';
import { watchFiles } from './watch-files.ts';

export interface WatchedCredentials {
  readonly findCredential: FindCredential;
  /** Stops watching the file; the credentials that were read last stay valid. */
  stop(): Promise<void>;
}

/** The methods used of a pino logger. */
export interface CredentialsLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/**
 * The credentials of a file, which is read again when it changes. If the file is wrong or missing
 * then, the earlier credentials stay valid and one line is logged.
 * @param intervalMs between two looks at the file
 * @throws UsageError with a line for each mistake in the file at the start
 */
export async function watchCredentials(
  file: string,
  log: CredentialsLog,
  intervalMs?: number,
): Promise<WatchedCredentials> {
  let current: ReadonlyMap<string, Credential> = new Map();
  const take = ({ credentials, warnings }: CredentialsFile) => {
    for (const warning of warnings) log.warn({ file }, warning);
    current = credentials;
  };
  const reload = async (isStill: () => Promise<boolean>) => {
    try {
      const loaded = await loadCredentialsFile(file);
      // Half a file can be valid and lack a user's policy, which would then grant everything.
      if (!(await isStill())) return;
      take(loaded);
      log.info({ file, credentials: current.size }, 'the credentials were read again');
    } catch (error) {
      const reason = error instanceof UsageError ? error.message : 'they cannot be read';
      log.error({ file, reason }, 'the credentials changed and are wrong; the old ones stay valid');
    }
  };
  const watch = await watchFiles([file], reload, intervalMs);
  try {
    take(await loadCredentialsFile(file));
  } catch (error) {
    await watch.stop();
    throw error;
  }
  return { findCredential: (accessKeyId) => current.get(accessKeyId), stop: () => watch.stop() };
}
