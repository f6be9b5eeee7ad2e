import type { Command } from 'commander';
import { registerStoreExport, type StoreExportOptions } from './store-export.ts';
import { registerStoreImport, type StoreImportOptions } from './store-import.ts';

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
