import type { Command } from 'commander';
import { UsageError } from '../../config/usage-error.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { idOf } from '../api-command/complete-arn.ts';
import { addStoreOptions, type StoreOptions } from '../store/store-options.ts';

export interface CaExportOptions extends StoreOptions {
  readonly out: string;
  readonly passphraseFile: string;
  readonly force?: boolean;
  readonly iKnow?: string;
}

/** Registers `scep-connector ca export`, which reads the store: the API never returns keys. */
export function registerCaExport(
  parent: Command,
  { ask }: Pick<AdminWorld, 'ask'>,
  exportCa: (arn: string, options: CaExportOptions) => Promise<void>,
): void {
  const command = parent
    .command('export')
    .description('write the private key of a CA to a file, under a passphrase')
    .argument('<ca>', 'ARN of the CA')
    .optionsGroup('Result:')
    .requiredOption('--out <file>', 'encrypted PKCS #8, for its owner alone')
    .requiredOption('--passphrase-file <file>', 'the passphrase, on the first line')
    .option('--force', 'replace a file that exists')
    .option('--i-know <id>', 'the id of the CA, typed by you: whoever has the key is the CA');
  addStoreOptions(command);
  command.action(async (arn: string, options: CaExportOptions) => {
    const id = idOf(arn);
    const typed =
      options.iKnow ??
      (await ask(`Whoever has the key can issue anything in the name of ${arn}. Type its id: `));
    if (typed === undefined) {
      throw new UsageError('nobody can be asked here: give --i-know with the id of the CA');
    }
    if (typed.trim() !== id) throw new UsageError(`that is not the id of ${arn}`);
    await exportCa(arn, options);
  });
}
