import { readFile } from 'node:fs/promises';
import { UsageError } from './usage-error.ts';

/**
 * Reads a text file.
 * @param name shown in error messages
 * @throws UsageError with the system's error code
 */
export async function readTextFile(file: string, name = file): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${name} cannot be read (${code})`);
  }
}
