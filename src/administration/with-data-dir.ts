import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DataDirOptions } from '../cli/ca/data-dir-options.ts';
import { readMasterKeyFiles } from '../config/read-master-key-files.ts';
import { UsageError } from '../config/usage-error.ts';
import { requireMasterKey } from '../require-master-key.ts';
import type { Wired } from '../wire.ts';
import { wire } from '../wire.ts';

/**
 * Runs something on the data directory of a server, which may be running: it sees the outcome at its next request.
 * @throws UsageError when the directory is no server's, or the master key is another one
 */
export async function withDataDir<T>(
  options: DataDirOptions,
  run: (wired: Wired) => Promise<T>,
): Promise<T> {
  const { dataDir } = options;
  const storeDir = join(dataDir, 'store');
  if (!existsSync(storeDir)) {
    throw new UsageError(`--data-dir ${dataDir} is not a server's; start the server once before`);
  }
  const wired = await wire({ storeDir, ...(await readMasterKeyFiles(options)) });
  try {
    await requireMasterKey(wired);
    return await run(wired);
  } finally {
    await wired.store.close();
  }
}
