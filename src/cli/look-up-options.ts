import type { Command } from 'commander';
import type { ServerOptions } from './server-options.ts';

/** The options of the commands that only ask for something: where to write it. */
export interface LookUpOptions extends ServerOptions {
  /** Standard output when undefined. */
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addLookUpOutputOptions(command: Command): void {
  command
    .optionsGroup('Output:')
    .option('--out <file>', 'write it here instead of to standard output')
    .option('--force', 'replace a file that exists')
    .option('--json', 'print the result as JSON');
}
