import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFileOnce } from './make-file-once.ts';
import { readTextFile } from './read-text-file.ts';
import { UsageError } from './usage-error.ts';

const KEY_OCTETS = 32;

/**
 * The 32-octet master key of a data directory, in its file `master.key` as 64 hexadecimal digits.
 * The file is made on first use, for its owner alone; of processes that start at the same moment,
 * one makes it for all.
 * @throws UsageError when the file cannot be read or holds no such key, or when it is missing
 * although there is a store, which only that key opens
 */
export async function loadMasterKey(dataDir: string): Promise<Uint8Array> {
  const file = join(dataDir, 'master.key');
  // The store first: another process that starts now makes the key before its store.
  if (existsSync(join(dataDir, 'store', 'data.mdb')) && !existsSync(file)) {
    throw new UsageError(`${file} is gone, and nothing else opens the store beside it; restore it`);
  }
  await makeFileOnce(file, () => `${randomBytes(KEY_OCTETS).toString('hex')}\n`);
  const key = parseMasterKey((await readTextFile(file)).trim());
  if (key !== undefined) return key;
  throw new UsageError(`${file} does not hold 64 hexadecimal digits; restore it from your backup`);
}

/**
 * Reads the master key from a file of the administrator's.
 * @throws UsageError, which does not name the file: the key itself may stand in place of the name
 */
export async function readMasterKeyFile(file: string): Promise<Uint8Array> {
  const text = await readTextFile(file, 'the file it names');
  const key = parseMasterKey(text.trim());
  if (key !== undefined) return key;
  throw new UsageError(
    'the file it names does not hold 32 octets as 64 hexadecimal digits or in base64',
  );
}

/** Undefined unless the text is 64 hexadecimal digits or the base64 of 32 octets. */
export function parseMasterKey(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/** Compares the octets, however the keys were written. */
export function isSameMasterKey(one: Uint8Array, other: Uint8Array): boolean {
  return timingSafeEqual(one, other);
}
