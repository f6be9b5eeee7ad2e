import { type Command, Option } from 'commander';
import { keySpecOption } from '../terminal/key-algorithm.ts';
import { type ClientWorld, thisWorld } from './client-world.ts';
import { completeEnrolment } from './complete-enrolment.ts';
import { enrolFiles } from './enrol-files.ts';
import {
  addHolderOptions,
  addPollOptions,
  addResultFileOptions,
  addServerOptions,
  type RenewOptions,
} from './options.ts';
import { prepareRenewal } from './prepare-renewal.ts';

/** Registers `scep-connector renew`. `run` returns the exit code. */
export function registerRenewCommand(
  program: Command,
  run: (options: RenewOptions) => Promise<number> = runRenew,
): void {
  const command = program
    .command('renew')
    .description('renew a certificate before it expires')
    .action(async (options: RenewOptions) => {
      process.exitCode = await run(options);
    });
  addServerOptions(command);
  addPollOptions(command);
  command.optionsGroup('Request:');
  addHolderOptions(command, 'the certificate to renew');
  command
    .option('--challenge <password>', 'challenge password, for servers that ask for it again')
    .addOption(
      new Option('--challenge-file <file>', 'read the challenge from a file').conflicts(
        'challenge',
      ),
    )
    .option('--as-pkcs-req', 'send a PKCSReq, for servers that do not know RenewalReq')
    .optionsGroup('Files:')
    .option('--same-key', 'keep the old key')
    .addOption(
      new Option(
        '--new-key <file>',
        'use this private key (PEM) instead of making a new one',
      ).conflicts('sameKey'),
    )
    .addOption(keySpecOption(['newKey', 'sameKey']))
    .addOption(
      new Option('--key-out <file>', 'file for the new key, instead of key.pem').conflicts([
        'newKey',
        'sameKey',
      ]),
    );
  addResultFileOptions(command);
  command.addHelpText('after', EXAMPLE);
}

const EXAMPLE = `
Asks for exactly the names and usages of the old certificate, and signs with the old key. Keeps the old files.
Writes the same files as enrol does. Does not read SCEP_CHALLENGE.

Exit codes: 0 issued, 1 refused or failed, 2 wrong usage, 3 still pending.

Example:
  scep-connector renew --url http://ca.example/scep --certificate device-1/certificate.pem --key device-1/key.pem \\
    --out device-1/renewed`;

/** Renews a certificate. Returns and throws what `completeEnrolment` does. */
export async function runRenew(
  options: RenewOptions,
  world: ClientWorld = thisWorld(),
): Promise<number> {
  const { key, newKey, sameKey = false } = options;
  const kept = sameKey ? key : newKey;
  const files = enrolFiles({ ...options, key: kept });
  const plan = {
    files,
    keyFile: kept ?? files.key ?? '',
    ...(sameKey ? {} : { keyOption: '--new-key' as const }),
    prepareSubject: () => prepareRenewal(options, files),
  };
  return completeEnrolment(options, plan, world);
}
