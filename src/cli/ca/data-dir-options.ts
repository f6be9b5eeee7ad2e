import type { Command } from 'commander';
import type { MasterKeyFiles } from '../../config/read-master-key-files.ts';

/** The options of the commands that work on the data directory of a server, without its API. */
export type DataDirOptions = MasterKeyFiles;

export function addDataDirOptions(command: Command): void {
  command
    .optionsGroup('Server:')
    .option('--data-dir <path>', 'the data directory of a server, running or not', 'data')
    .option(
      '--master-key-file <file>',
      'its master key (default: master.key in the data directory)',
    )
    .option('--other-master-key-file <file>', 'and the other one, while it is being changed');
}
