import type { Command } from 'commander';
import { addStoreOptions, type StoreOptions } from './store-options.ts';

export interface StoreExportOptions extends StoreOptions {
  readonly out: string;
  readonly force?: true;
  readonly live?: true;
}

/** Registers `scep-connector store export`. */
export function registerStoreExport(
  parent: Command,
  exportStore: (options: StoreExportOptions) => Promise<void>,
): void {
  const command = parent
    .command('export')
    .description('write every record to an archive, encrypted under the master key')
    .optionsGroup('Archive:')
    .requiredOption('--out <file>', 'the archive; there only when it is whole')
    .option('--force', 'replace a file that exists')
    .option('--live', 'for a backup, while servers run: they may change what was read already');
  addStoreOptions(command);
  command.action(exportStore);
}
