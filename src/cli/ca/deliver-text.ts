import type { Command } from 'commander';
import { UsageError } from '../../config/usage-error.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { exists, writeOutput } from '../terminal/files.ts';

/** Where a result goes. */
export interface TextFileOptions {
  readonly out?: string;
  readonly force?: boolean;
}

export function addTextFileOptions(command: Command): void {
  command
    .option('--out <file>', 'write it here instead of to standard output')
    .option('--force', 'replace a file that exists');
}

/** Before the API is asked for what could not be written down. @throws UsageError */
export async function requireFreeFile({ out, force = false }: TextFileOptions): Promise<void> {
  if (out === undefined || force || !(await exists(out))) return;
  throw new UsageError(`${out} exists already. Give --force to replace it, or another --out`);
}

/** Writes the text to the file, or to standard output if there is none. @throws UsageError */
export async function deliverText(
  text: string,
  { out, force = false }: TextFileOptions,
  { print }: Pick<AdminWorld, 'print'>,
): Promise<void> {
  if (out === undefined) print(text);
  else await writeOutput(out, text, { force });
}
