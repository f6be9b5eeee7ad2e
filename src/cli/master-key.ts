import type { Command } from 'commander';
import { addStoreOptions, type StoreOptions } from './store/store-options.ts';

/**
 * Registers `scep-connector master-key`. `reseal` seals all secrets again and prints the result.
 */
export function registerMasterKeyCommand(
  program: Command,
  reseal: (options: StoreOptions) => Promise<void>,
): void {
  const command = program
    .command('master-key')
    .description('the key that encrypts every secret in the store')
    .command('reseal')
    .description(
      'encrypt all secrets again under the master key, so that the other one can be removed',
    );
  addStoreOptions(command);
  command.action(reseal);
}
