import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, rm, writeFile } from 'node:fs/promises';

/**
 * Makes a file that only its owner can read, unless it exists. It gets its name once it is whole
 * and on the disk, so that nobody reads half of it, even after a power cut. Of processes that start
 * at the same moment, one makes it for all.
 */
export async function makeFileOnce(file: string, makeContent: () => string): Promise<void> {
  if (existsSync(file)) return;
  const unfinished = `${file}.${randomUUID()}`;
  try {
    await writeFile(unfinished, makeContent(), { mode: 0o600, flush: true });
    await link(unfinished, file);
  } catch (error) {
    // EEXIST: another process has made the file meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}
