import type { Command } from 'commander';
import { addStoreOptions, type StoreOptions } from './store-options.ts';

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
