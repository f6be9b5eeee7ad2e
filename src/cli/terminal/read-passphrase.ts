import { UsageError } from '../../config/usage-error.ts';
import { readInput } from './enrol-files.ts';

/** The first line of a file. @throws UsageError when it is empty */
export async function readPassphrase(file: string): Promise<string> {
  const [line = ''] = (await readInput(file)).toString('utf8').split(/\r?\n/, 1);
  if (line === '') throw new UsageError(`${file} is empty; it must hold the passphrase`);
  return line;
}
