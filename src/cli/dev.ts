import type { Command } from 'commander';
import { type DevSettings, parseDevSettings } from '../config/dev-settings.ts';
import { parseWholeNumber } from './terminal/parse-option.ts';

/**
 * Registers `scep-connector dev`. `run` resolves when the server has been stopped and has drained.
 */
export function registerDevCommand(
  program: Command,
  run: (settings: DevSettings) => Promise<void>,
): void {
  program
    .command('dev')
    .description('run a SCEP server with an embedded CA, a connector and a challenge, ready to try')
    .option(
      '--data-dir <path>',
      'directory for the CA, its keys and all other data; made on first start',
      'data',
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--public-url <url>',
      'URL under which devices reach this server, if it is not the address it listens on',
    )
    .option('--enrol-port <port>', 'port for devices; 0 picks a free one', '8080')
    .option('--api-port <port>', 'port for administrators; 0 picks a free one', '8081')
    .option('--ops-port <port>', 'port for /livez and /readyz; 0 picks a free one', '9090')
    .option(
      '--workers <number>',
      'number of server processes (default: one for each processor core; one with --ca-delay)',
      parseWholeNumber(1, 256),
    )
    .option(
      '--ca-delay <seconds>',
      'delay every certificate by this time, to see how clients wait',
      '0',
    )
    .option('--rotate-ra', 'make a new RA key and certificate when it starts')
    .option(
      '--other-master-key-file <file>',
      'the second master key (old or new) while the master key is being changed',
    )
    .option(
      '--ready-file <path>',
      'write a JSON file with its URLs, ARNs and credentials when it is ready',
    )
    .option(
      '--log-level <level>',
      'least severe level to log: silent, error, warn, info or debug',
      'info',
    )
    .action(async (options: unknown) => {
      await run(parseDevSettings(options));
    });
}
