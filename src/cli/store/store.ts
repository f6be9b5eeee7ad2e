import type { Command } from 'commander';
import { addStoreOptions, type StoreOptions } from './store-options.ts';

/** The commands that work on a store without a server. They reject as commands do. */
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
    .description('back up the store of a server, restore it, or move it to another store');
  registerStoreExport(parent, exportStore);
  registerStoreImport(parent, importStore);
}

export interface StoreExportOptions extends StoreOptions {
  readonly out: string;
  readonly force?: true;
  readonly live?: true;
}

/** Registers `scep-connector store export`. */
function registerStoreExport(
  parent: Command,
  exportStore: (options: StoreExportOptions) => Promise<void>,
): void {
  const command = parent
    .command('export')
    .description('write every record of a store to an archive, encrypted under the master key')
    .optionsGroup('Archive:')
    .requiredOption('--out <file>', 'file for the archive; it appears only when it is complete')
    .option('--force', 'replace an existing file')
    .option(
      '--live',
      'export while servers run; the archive may miss changes that they make meanwhile',
    );
  addStoreOptions(command);
  command.action(exportStore);
}

export interface StoreImportOptions extends StoreOptions {
  readonly in: string;
}

/** Registers `scep-connector store import`. */
function registerStoreImport(
  parent: Command,
  importStore: (options: StoreImportOptions) => Promise<void>,
): void {
  const command = parent
    .command('import')
    .description('read an archive into an empty store; after an interruption, run it again')
    .optionsGroup('Archive:')
    .requiredOption('--in <file>', 'archive that store export wrote');
  addStoreOptions(command);
  command.action(importStore);
}
