import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isSameMasterKey, readMasterKeyFile } from './load-master-key.ts';
import { UsageError } from './usage-error.ts';

export interface MasterKeyFiles {
  readonly dataDir: string;
  /** Default: master.key in the data directory, where `dev` puts it. */
  readonly masterKeyFile?: string;
  /** The other of the two keys, only while the master key is being changed. */
  readonly otherMasterKeyFile?: string;
}

/** 32 octets each. */
export interface MasterKeys {
  readonly masterKey: Uint8Array;
  /** Differs from `masterKey`. */
  readonly otherMasterKey?: Uint8Array | undefined;
}

/** Reads the master keys that a command's options name. @throws UsageError without file names */
export async function readMasterKeyFiles({
  dataDir,
  masterKeyFile,
  otherMasterKeyFile,
}: MasterKeyFiles): Promise<MasterKeys> {
  const file = masterKeyFile ?? join(dataDir, 'master.key');
  if (masterKeyFile === undefined && !existsSync(file)) {
    throw new UsageError(
      `--data-dir ${dataDir} is not a server's: it has no master.key; --master-key-file names another`,
    );
  }
  const masterKey = await read('the master key (--master-key-file)', file);
  return withOtherMasterKey(masterKey, otherMasterKeyFile);
}

/** Adds the key of --other-master-key-file, if any. @throws UsageError without file names */
export async function withOtherMasterKey(
  masterKey: Uint8Array,
  otherMasterKeyFile: string | undefined,
): Promise<MasterKeys> {
  if (otherMasterKeyFile === undefined) return { masterKey };
  const other = 'the other master key (--other-master-key-file)';
  const otherMasterKey = await read(other, otherMasterKeyFile);
  if (!isSameMasterKey(masterKey, otherMasterKey)) return { masterKey, otherMasterKey };
  throw new UsageError(`${other} is the master key itself; give the other one, or nothing`);
}

async function read(what: string, file: string): Promise<Uint8Array> {
  try {
    return await readMasterKeyFile(file);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${what}: ${error.message}`) : error;
  }
}
