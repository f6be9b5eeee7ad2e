import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DataDirOptions } from './cli/ca/data-dir-options.ts';
import { readMasterKeyFile } from './config/master-key.ts';
import { UsageError } from './config/usage-error.ts';
import { explainSealError, requireMasterKey } from './require-master-key.ts';
import type { Wired } from './wire.ts';
import { wire } from './wire.ts';

/**
 * Runs something on the data directory of a server, which may be running: it sees the outcome at its next request.
 * @throws UsageError when the directory is no server's, or the master key is another one
 */
export async function withDataDir<T>(
  { dataDir, masterKeyFile }: DataDirOptions,
  run: (wired: Wired) => Promise<T>,
): Promise<T> {
  const storeDir = join(dataDir, 'store');
  const keyFile = masterKeyFile ?? join(dataDir, 'master.key');
  if (!existsSync(storeDir)) {
    throw new UsageError(`--data-dir ${dataDir} is not a server's; start the server once before`);
  }
  const masterKey = await readMasterKeyFile(keyFile).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`the master key (--master-key-file): ${error.message}`);
  });
  const wired = await wire({ storeDir, masterKey });
  try {
    await requireMasterKey(wired).catch(explainSealError);
    return await run(wired);
  } finally {
    await wired.store.close();
  }
}
