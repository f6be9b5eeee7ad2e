import type { Command } from 'commander';
import { Option } from 'commander';
import type { PollCommandOptions } from './poll-options.ts';
import { addResultFileOptions } from './result-file-options.ts';
import { runPoll } from './run-poll.ts';
import { addPollOptions, addServerOptions } from './server-options.ts';

/** Registers `scep-connector poll`. `run` gives the exit code; what it throws is left to the caller of the program. */
export function registerPollCommand(
  program: Command,
  run: (options: PollCommandOptions) => Promise<number> = runPoll,
): void {
  const command = program
    .command('poll')
    .description('ask for the certificate of a request that is pending')
    .action(async (options: PollCommandOptions) => {
      process.exitCode = await run(options);
    });
  addServerOptions(command);
  addPollOptions(command);
  command
    .optionsGroup('Request:')
    .requiredOption('--csr <file>', 'the PKCS #10 request that is pending')
    .requiredOption('--key <file>', 'its private key (PEM)')
    .addOption(
      new Option('--transaction-id <id>', 'as it was sent (default: as enrol and renew do)'),
    )
    .option('--old-certificate <file>', 'the certificate to renew, if the request is a renewal')
    .option('--old-key <file>', 'its private key (PEM)')
    .optionsGroup('Files:');
  addResultFileOptions(command);
  command.addHelpText('after', EXAMPLE);
}

const EXAMPLE = `
Exit codes: 0 issued, 1 refused or failed, 2 wrong usage, 3 still pending.

Example, after enrol --out device-1 has exited with 3:
  scep-connector poll --url http://ca.example/scep --csr device-1/request.csr --key device-1/key.pem --out device-1`;
