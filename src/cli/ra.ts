import type { Command } from 'commander';
import { addStoreOptions, type StoreOptions } from './store/store-options.ts';

export interface RaRotateOptions extends StoreOptions {
  /** A duration as in a tag. */
  readonly activeIn: string;
  /** Retire the old keys at once. */
  readonly retireOld?: boolean;
}

/** Registers `scep-connector ra`. `rotate` makes a new RA identity and prints what follows. */
export function registerRaCommand(
  program: Command,
  rotate: (connector: string | undefined, options: RaRotateOptions) => Promise<void>,
): void {
  const command = program
    .command('ra')
    .description('the registration authority: the key that devices encrypt to')
    .command('rotate')
    .description(
      'make a new RA key and certificate; the old ones work until the old certificate expires',
    )
    .argument('[connector]', 'ARN or id of the connector (default: the connector that dev made)')
    .optionsGroup('RA:')
    .option(
      '--active-in <duration>',
      'time until devices get the new one, such as 14d or 12h; GetNextCACert announces it at once',
      '0s',
    )
    .option(
      '--retire-old',
      'stop using the old keys at once, because one was stolen; devices must fetch the CA certificates again',
    );
  addStoreOptions(command);
  command.action(rotate);
}
