import type { Command } from 'commander';
import { parseWholeNumber } from './terminal/parse-option.ts';

export interface ServeOptions {
  /** File of settings. */
  readonly config?: string;
  /** Only look whether the settings are right. */
  readonly checkConfig?: true;
  /** How many processes; goes before the setting. */
  readonly workers?: number;
}

/**
 * Registers `scep-connector serve`. `run` resolves when the server has been stopped and has
 * drained.
 */
export function registerServeCommand(
  program: Command,
  run: (options: ServeOptions) => Promise<void>,
): void {
  program
    .command('serve')
    .description('run a SCEP server in production, by the settings of docs/configuration.md')
    .option('--config <file>', 'YAML file of settings; those of the environment go before it')
    .option(
      '--workers <number>',
      'processes that serve together (default: the setting `workers`)',
      parseWholeNumber(1, 256),
    )
    .option('--check-config', 'say what is wrong with the settings, and exit')
    .action(async (options: ServeOptions) => {
      await run(options);
    });
}
