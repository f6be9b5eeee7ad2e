import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
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
  if (!existsSync(file)) await makeMasterKey(file);
  const text = (await readFile(file, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new UsageError(
      `${file} does not hold 64 hexadecimal digits; restore it from your backup`,
    );
  }
  return Buffer.from(text, 'hex');
}

/** Under its name only when whole and on the disk: another start, or one after a power cut, must never read half a key. */
async function makeMasterKey(file: string): Promise<void> {
  const unfinished = `${file}.${randomUUID()}`;
  const fresh = `${randomBytes(KEY_OCTETS).toString('hex')}\n`;
  try {
    await writeFile(unfinished, fresh, { mode: 0o600, flush: true });
    await link(unfinished, file);
  } catch (error) {
    // Then another process has made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}
