import type { Command } from 'commander';
import { UsageError } from '../../config/usage-error.ts';
import type { AdminWorld } from '../admin/admin-world.ts';
import { exists, writeOutput } from '../enrol-files.ts';

/** Where a PEM goes. */
export interface PemFileOptions {
  readonly out?: string;
  readonly force?: boolean;
}

export function addPemFileOptions(command: Command): void {
  command
    .option('--out <file>', 'write it here instead of to standard output')
    .option('--force', 'replace a file that exists');
}

/** Before the API is asked for what could not be written down. @throws UsageError */
export async function requireFreeFile({ out, force = false }: PemFileOptions): Promise<void> {
  if (out === undefined || force || !(await exists(out))) return;
  throw new UsageError(`${out} exists already. Give --force to replace it, or another --out`);
}

/** Writes the PEM to the file, or to standard output if there is none. @throws UsageError */
export async function deliverPem(
  pem: string,
  { out, force = false }: PemFileOptions,
  { print }: Pick<AdminWorld, 'print'>,
): Promise<void> {
  if (out === undefined) print(pem);
  else await writeOutput(out, pem, { force });
}
