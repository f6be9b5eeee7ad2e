import type { Command } from 'commander';
import { addStoreOptions, type StoreOptions } from './store-options.ts';

/** What is done on a store, without a server. Errors are those of the commands. */
export interface StoreCommands {
  readonly exportStore: (options: StoreExportOptions) => Promise<void>;
  readonly importStore: (options: StoreImportOptions) => Promise<void>;
}

/** Registers `scep-connector store`: backup, and moves between the embedded store and Redis. */
export function registerStoreCommand(
  program: Command,
  { exportStore, importStore }: StoreCommands,
): void {
  const parent = program
    .command('store')
    .description('back up what the server keeps, restore it, move it to another store');
  registerStoreExport(parent, exportStore);
  registerStoreImport(parent, importStore);
}

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

export interface StoreImportOptions extends StoreOptions {
  readonly in: string;
}

/** Registers `scep-connector store import`. */
export function registerStoreImport(
  parent: Command,
  importStore: (options: StoreImportOptions) => Promise<void>,
): void {
  const command = parent
    .command('import')
    .description('read an archive into an empty store; cut short, it is begun again')
    .optionsGroup('Archive:')
    .requiredOption('--in <file>', 'what store export has written');
  addStoreOptions(command);
  command.action(importStore);
}
