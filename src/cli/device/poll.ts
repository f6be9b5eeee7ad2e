import { type Command, Option } from 'commander';
import { UsageError } from '../../config/usage-error.ts';
import { pollOverScep } from '../scep-client/scep-client.ts';
import type { EnrolSubject } from '../scep-client/scep-client-settings.ts';
import { type ClientWorld, thisWorld } from './client-world.ts';
import { completeEnrolment } from './complete-enrolment.ts';
import { enrolFiles } from './enrol-files.ts';
import {
  addPollOptions,
  addResultFileOptions,
  addServerOptions,
  type PollCommandOptions,
} from './options.ts';
import { readHolder, readPrivateKey, readRequest } from './read-enrol-inputs.ts';

/** Registers `scep-connector poll`. `run` returns the exit code. */
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
    .requiredOption('--csr <file>', 'the pending PKCS #10 request')
    .requiredOption('--key <file>', 'its private key (PEM)')
    .addOption(
      new Option(
        '--transaction-id <id>',
        'transaction ID that was sent (default: the one that enrol and renew send)',
      ),
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

/** Continues a pending request. Returns and throws what `completeEnrolment` does. */
export async function runPoll(
  options: PollCommandOptions,
  world: ClientWorld = thisWorld(),
): Promise<number> {
  const plan = {
    files: enrolFiles(options),
    keyFile: options.key,
    prepareSubject: async () => {
      const subject = await readPending(options);
      return () => Promise.resolve(subject);
    },
    send: (...[settings, subject, authority]: Parameters<typeof pollOverScep>) =>
      pollOverScep(settings, subject, authority, options.transactionId),
  };
  return completeEnrolment(options, plan, world);
}

async function readPending({
  csr,
  key,
  oldCertificate,
  oldKey,
}: PollCommandOptions): Promise<EnrolSubject> {
  if ((oldCertificate === undefined) !== (oldKey === undefined)) {
    throw new UsageError('--old-certificate and --old-key belong together');
  }
  const privateKey = await readPrivateKey(key);
  const request = await readRequest(csr, privateKey);
  if (oldCertificate === undefined || oldKey === undefined) return { request, privateKey };
  const holder = await readHolder(oldCertificate, oldKey);
  return { request, privateKey, renewal: { ...holder, messageType: 'RenewalReq' } };
}
