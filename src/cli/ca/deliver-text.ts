import type { Command } from 'commander';
import { UsageError } from '../../config/usage-error.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { exists, writeOutput } from '../terminal/files.ts';

/** Where a command writes its result. */
export interface TextFileOptions {
  readonly out?: string;
  readonly force?: boolean;
}

export function addTextFileOptions(command: Command): void {
  command
    .option('--out <file>', 'write the result to this file instead of standard output')
    .option('--force', 'replace an existing file');
}

/** Runs before the API is called, so that its result can be written. @throws UsageError */
export async function requireFreeFile({ out, force = false }: TextFileOptions): Promise<void> {
  if (out === undefined || force || !(await exists(out))) return;
  throw new UsageError(`${out} exists already. Use --force to replace it, or another --out`);
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
