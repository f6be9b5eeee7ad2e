import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, rm, writeFile } from 'node:fs/promises';

/**
 * Makes a file that its owner alone can read, unless there is one. It has its name only when it is whole and on the disk: another
 * start, or one after a power cut, never reads half of it, and of starts at the same moment one makes it for all.
 */
export async function makeFileOnce(file: string, makeContent: () => string): Promise<void> {
  if (existsSync(file)) return;
  const unfinished = `${file}.${randomUUID()}`;
  try {
    await writeFile(unfinished, makeContent(), { mode: 0o600, flush: true });
    await link(unfinished, file);
  } catch (error) {
    // Then another process has made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}
