import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from './usage-error.ts';

const KEY_OCTETS = 32;

/**
 * The 32-octet master key of a data directory, in its file `master.key` as 64 hexadecimal digits. It is made on first use,
 * readable by its owner alone. Two processes that start at once agree on one.
 * @throws UsageError when the file does not hold such a key
 */
export async function loadMasterKey(dataDir: string): Promise<Uint8Array> {
  const file = join(dataDir, 'master.key');
  const fresh = `${randomBytes(KEY_OCTETS).toString('hex')}\n`;
  await writeFile(file, fresh, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  const text = (await readFile(file, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new UsageError(
      `${file} does not hold 64 hexadecimal digits; restore it from your backup`,
    );
  }
  return Buffer.from(text, 'hex');
}
