import { readFile } from 'node:fs/promises';
import { UsageError } from './usage-error.ts';

/** @param name how a person is told of the file @throws UsageError when it cannot be read, with the system's code for why */
export async function readTextFile(file: string, name = file): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${name} cannot be read (${code})`);
  }
}
