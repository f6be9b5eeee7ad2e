import { access, constants, mkdir } from 'node:fs/promises';
import { UsageError } from './usage-error.ts';

/**
 * Makes the directory of the embedded store, for the owner alone, unless it exists.
 * @throws UsageError when it cannot be made or written to
 */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `the data directory ${dataDir} cannot be made or written to (${code}); choose another with --data-dir or dataDir`,
    );
  }
}
