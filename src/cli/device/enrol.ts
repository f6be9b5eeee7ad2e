import { type Command, Option } from 'commander';
import { keySpecOption } from '../terminal/key-algorithm.ts';
import {
  collect,
  parseKeyUsages,
  parsePurposes,
  parseWholeNumber,
} from '../terminal/parse-option.ts';
import { type ClientWorld, thisWorld } from './client-world.ts';
import { completeEnrolment } from './complete-enrolment.ts';
import { enrolFiles } from './enrol-files.ts';
import {
  addPollOptions,
  addResultFileOptions,
  addServerOptions,
  type EnrolOptions,
} from './options.ts';
import { prepareEnrolSubject } from './prepare-enrol-subject.ts';

/**
 * Registers `scep-connector enrol`, a SCEP client. `run` returns the exit code: 0 issued, 1 refused
 * or failed, 2 wrong usage, 3 pending.
 */
export function registerEnrolCommand(
  program: Command,
  run: (options: EnrolOptions) => Promise<number> = runEnrol,
): void {
  const command = program
    .command('enrol')
    .alias('enroll')
    .description('get a certificate from a SCEP server (RFC 8894)')
    .action(async (options: EnrolOptions) => {
      process.exitCode = await run(options);
    });
  addServerOptions(command);
  addPollOptions(command);
  addRequestOptions(command);
  addFileOptions(command);
  command.addHelpText('after', EXAMPLE);
}

function addRequestOptions(command: Command): void {
  command
    .optionsGroup('Request:')
    .option(
      '--challenge <password>',
      'challenge password; other users can see it while the command runs',
    )
    .addOption(
      new Option(
        '--challenge-file <file>',
        'read the challenge from a file (or set SCEP_CHALLENGE)',
      ).conflicts('challenge'),
    )
    .option('--subject <name>', 'subject name, such as "CN=device-1,O=Example,C=US"')
    .option('--dns <name>', 'DNS name to include; repeatable, like the next four options', collect)
    .option('--ip <address>', 'IPv4 or IPv6 address to include', collect)
    .option('--email <address>', 'email address to include', collect)
    .option('--uri <uri>', 'URI to include', collect)
    .option('--upn <user>', 'Windows user principal name to include', collect)
    .option(
      '--key-usage <names>',
      'key usages, separated by commas (default: digitalSignature,keyEncipherment)',
      parseKeyUsages,
    )
    .option(
      '--extended-key-usage <names>',
      'clientAuth, serverAuth or object identifiers (default: the server decides)',
      parsePurposes,
    )
    .option(
      '--validity-days <days>',
      'validity to ask for (default: the server decides)',
      parseWholeNumber(1, 36_500),
    )
    .addOption(
      new Option('--csr <file>', 'send this PKCS #10 request unchanged; needs --key').conflicts([
        ...['challenge', 'challengeFile', 'subject', 'dns', 'ip', 'email', 'uri', 'upn'],
        ...['keyUsage', 'extendedKeyUsage', 'validityDays', 'keyAlgorithm'],
      ]),
    );
}

function addFileOptions(command: Command): void {
  command
    .optionsGroup('Files:')
    .option('--key <file>', 'use this private key (PEM) instead of making a new one')
    .addOption(keySpecOption(['key']))
    .addOption(
      new Option('--key-out <file>', 'file for the new key, instead of key.pem').conflicts('key'),
    );
  addResultFileOptions(command);
}

const EXAMPLE = `
Writes key.pem, request.csr, certificate.pem, chain.pem (the certificate and the CAs below the root) and ca.pem.
If the reply is lost, run the same command again with --key key.pem: the server then returns the same certificate.
A refused request leaves no files, so the command can be repeated as it is.

Exit codes: 0 issued, 1 refused or failed, 2 wrong usage, 3 still pending.

Example:
  SCEP_CHALLENGE=... scep-connector enrol --url http://ca.example/scep --subject "CN=device-1" --out device-1`;

/** Gets a first certificate. Returns and throws what `completeEnrolment` does. */
export async function runEnrol(
  options: EnrolOptions,
  world: ClientWorld = thisWorld(),
): Promise<number> {
  const files = enrolFiles(options);
  const plan = {
    files,
    keyFile: options.key ?? files.key ?? '',
    keyOption: '--key',
    prepareSubject: () => prepareEnrolSubject(options, files, world.environment),
  } as const;
  return completeEnrolment(options, plan, world);
}
