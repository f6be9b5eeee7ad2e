import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isSameMasterKey, readMasterKeyFile } from './master-key.ts';
import { UsageError } from './usage-error.ts';

export interface MasterKeyFiles {
  readonly dataDir: string;
  /** Default: master.key in the data directory, where `dev` has it. */
  readonly masterKeyFile?: string;
  /** While the master key is being changed: the other of the two. */
  readonly otherMasterKeyFile?: string;
}

/** 32 octets each. */
export interface MasterKeys {
  readonly masterKey: Uint8Array;
  /** Differs from the first. */
  readonly otherMasterKey?: Uint8Array | undefined;
}

/** The master keys in the files that the options of a command name. @throws UsageError, which does not name the files */
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

/** A master key with the other one, in the file that --other-master-key-file names. @throws UsageError, which does not name it */
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
