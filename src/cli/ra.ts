import type { Command } from 'commander';
import type { RaRotateSettings } from '../config/ra-rotate-settings.ts';
import { parseRaRotateSettings } from '../config/ra-rotate-settings.ts';

/** Registers `scep-connector ra`. `rotate` makes a new RA identity and prints what will come of it. */
export function registerRaCommand(
  program: Command,
  rotate: (settings: RaRotateSettings) => Promise<void>,
): void {
  program
    .command('ra')
    .description('the registration authority: the key that devices encrypt to')
    .command('rotate')
    .description('make a new RA key and certificate; the old one keeps serving until it ends')
    .option('--data-dir <path>', 'the data directory of a server, running or not', 'data')
    .option(
      '--active-in <duration>',
      'announce it by GetNextCACert and serve it after this, such as 14d or 12h',
      '0s',
    )
    .action(async (options: unknown) => {
      await rotate(parseRaRotateSettings(options));
    });
}
