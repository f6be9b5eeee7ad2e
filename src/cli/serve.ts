import type { Command } from 'commander';
import { parseWholeNumber } from './terminal/parse-option.ts';

export interface ServeOptions {
  /** File of settings. */
  readonly config?: string;
  /** Only check the settings. */
  readonly checkConfig?: true;
  /** Number of processes; overrides the setting. */
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
    .description('run a SCEP server in production, with the settings of docs/configuration.md')
    .option('--config <file>', 'YAML file of settings; environment variables override it')
    .option(
      '--workers <number>',
      'number of server processes (default: the setting `workers`)',
      parseWholeNumber(1, 256),
    )
    .option('--check-config', 'check the settings, print every mistake, and exit')
    .action(async (options: ServeOptions) => {
      await run(options);
    });
}
