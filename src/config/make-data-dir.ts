import { mkdir } from 'node:fs/promises';
import { UsageError } from './usage-error.ts';

/** Makes the directory of the embedded store, for the owner alone, unless it is there. @throws UsageError when it cannot */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `the data directory ${dataDir} cannot be made (${code}); choose another with --data-dir or dataDir`,
    );
  }
}
