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
    .description('get a new certificate for one that is about to end')
    .action(async (options: RenewOptions) => {
      process.exitCode = await run(options);
    });
  addServerOptions(command);
  addPollOptions(command);
  command.optionsGroup('Request:');
  addHolderOptions(command, 'the certificate to renew');
  command
    .option('--challenge <password>', 'a challenge password, for servers that want one again')
    .addOption(new Option('--challenge-file <file>', 'read it from a file').conflicts('challenge'))
    .option('--as-pkcs-req', 'send a PKCSReq, for servers that know no RenewalReq')
    .optionsGroup('Files:')
    .option('--same-key', 'keep the key')
    .addOption(new Option('--new-key <file>', 'use this private key (PEM)').conflicts('sameKey'))
    .addOption(keySpecOption(['newKey', 'sameKey']))
    .addOption(
      new Option('--key-out <file>', 'instead of key.pem').conflicts(['newKey', 'sameKey']),
    );
  addResultFileOptions(command);
  command.addHelpText('after', EXAMPLE);
}

const EXAMPLE = `
Asks for the names and usages of the old certificate, to the byte, signed with the old key. The old files are left alone.
Writes the same files as enrol does. SCEP_CHALLENGE is not read.

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
