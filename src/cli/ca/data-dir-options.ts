import type { Command } from 'commander';

/** The options of the commands that work on the data directory of a server, without its API. */
export interface DataDirOptions {
  readonly dataDir: string;
  /** Default: master.key in the data directory, where `dev` has it. */
  readonly masterKeyFile?: string;
}

export function addDataDirOptions(command: Command): void {
  command
    .optionsGroup('Server:')
    .option('--data-dir <path>', 'the data directory of a server, running or not', 'data')
    .option(
      '--master-key-file <file>',
      'its master key (default: master.key in the data directory)',
    );
}
