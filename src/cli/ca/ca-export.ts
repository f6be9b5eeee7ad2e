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
    .description('write the private key of a CA to a file, encrypted with a passphrase')
    .argument('<ca>', 'ARN of the CA')
    .optionsGroup('Result:')
    .requiredOption(
      '--out <file>',
      'file for the encrypted key (PKCS #8), readable only by its owner',
    )
    .requiredOption('--passphrase-file <file>', 'file with the passphrase on its first line')
    .option('--force', 'replace an existing file')
    .option(
      '--i-know <id>',
      'id of the CA, to confirm the export: anyone with the key can issue certificates as this CA',
    );
  addStoreOptions(command);
  command.action(async (arn: string, options: CaExportOptions) => {
    const id = idOf(arn);
    const typed =
      options.iKnow ??
      (await ask(
        `Anyone with the key can issue certificates as ${arn}. Type the id of the CA to confirm: `,
      ));
    if (typed === undefined) {
      throw new UsageError(
        'there is no terminal to confirm at: use --i-know with the id of the CA',
      );
    }
    if (typed.trim() !== id) throw new UsageError(`the id that was typed is not the id of ${arn}`);
    await exportCa(arn, options);
  });
}
