import type { Command } from 'commander';
import { Option } from 'commander';
import type { EnrolOptions } from './enrol-options.ts';
import {
  collect,
  parseFingerprint,
  parseKeyAlgorithm,
  parseKeyUsages,
  parsePurposes,
  parseServerUrl,
  parseWholeNumber,
} from './enrol-options.ts';
import { runEnrol } from './run-enrol.ts';

/**
 * Registers `scep-connector enrol`, a SCEP client. Exit codes: 0 issued, 1 refused or failed, 2 wrong usage, 3 still pending.
 * `run` gives the exit code; what it throws is left to the caller of the program.
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
  addRequestOptions(command);
  addFileOptions(command);
  command.addHelpText('after', EXAMPLE);
}

function addServerOptions(command: Command): void {
  command
    .optionsGroup('Server:')
    .requiredOption('--url <url>', 'URL of the SCEP server, http or https', parseServerUrl)
    .option(
      '--ca-fingerprint <sha256>',
      'go on only if the RA, the issuing CA or the root has this fingerprint',
      parseFingerprint,
    )
    .addOption(
      new Option(
        '--ca-file <pem>',
        'go on only if the CA leads to a certificate in this file',
      ).conflicts('caFingerprint'),
    )
    .option('--tls-ca <pem>', "CAs to accept for https instead of Node's own")
    .addOption(
      new Option('--method <method>', 'how to send; auto goes by what the server offers')
        .choices(['auto', 'get', 'post'])
        .default('auto'),
    )
    .addOption(
      new Option('--cipher <name>', 'encrypt with this (default: AES-128 if offered)').choices([
        ...['aes128', 'aes192', 'aes256', '3des'],
      ]),
    )
    .addOption(
      new Option('--digest <name>', 'sign with this (default: SHA-256 if offered)').choices([
        ...['sha1', 'sha256', 'sha384', 'sha512'],
      ]),
    )
    .option('--timeout <seconds>', 'for each request', parseWholeNumber(1, 600), 30)
    .option(
      '--poll-interval <seconds>',
      'wait this long while the server answers PENDING',
      parseWholeNumber(1, 86_400),
      30,
    )
    .option('--poll-limit <times>', 'and ask again this often', parseWholeNumber(0, 100_000), 20);
}

function addRequestOptions(command: Command): void {
  command
    .optionsGroup('Request:')
    .option('--challenge <password>', 'the challenge password; others can see it while this runs')
    .addOption(
      new Option(
        '--challenge-file <file>',
        'read the challenge from a file (or set SCEP_CHALLENGE)',
      ).conflicts('challenge'),
    )
    .option('--subject <name>', 'as in "CN=device-1,O=Example,C=US"')
    .option('--dns <name>', 'alternative name; repeatable, as are the next four', collect)
    .option('--ip <address>', 'alternative name, IPv4 or IPv6', collect)
    .option('--email <address>', 'alternative name', collect)
    .option('--uri <uri>', 'alternative name', collect)
    .option('--upn <user>', 'alternative name, Windows user principal name', collect)
    .option(
      '--key-usage <names>',
      'comma-separated (default: digitalSignature,keyEncipherment)',
      parseKeyUsages,
    )
    .option(
      '--extended-key-usage <names>',
      'clientAuth, serverAuth or object identifiers (default: left to the server)',
      parsePurposes,
    )
    .option(
      '--validity-days <days>',
      'ask for this validity (default: left to the server)',
      parseWholeNumber(1, 36_500),
    )
    .addOption(
      new Option('--csr <file>', 'send this PKCS #10 request as it is; needs --key').conflicts([
        ...['challenge', 'challengeFile', 'subject', 'dns', 'ip', 'email', 'uri', 'upn'],
        ...['keyUsage', 'extendedKeyUsage', 'validityDays', 'keyAlgorithm'],
      ]),
    );
}

function addFileOptions(command: Command): void {
  command
    .optionsGroup('Files:')
    .option('--key <file>', 'use this RSA private key (PEM) instead of making one')
    .addOption(
      new Option('--key-algorithm <rsa:bits>', 'make a key of this size')
        .argParser(parseKeyAlgorithm)
        .default(2048, 'rsa:2048')
        .conflicts('key'),
    )
    .option('--out <directory>', 'write the files here', '.')
    .addOption(new Option('--key-out <file>', 'instead of key.pem').conflicts('key'))
    .option('--certificate-out <file>', 'instead of certificate.pem')
    .option('--chain-out <file>', 'instead of chain.pem')
    .option('--force', 'replace files that exist')
    .option('--json', 'print the result as JSON');
}

const EXAMPLE = `
Writes key.pem, request.csr, certificate.pem, chain.pem (the certificate and the CAs below the root) and ca.pem.
If the reply is lost, run the same command again with --key key.pem: the server then gives the same certificate.

Exit codes: 0 issued, 1 refused or failed, 2 wrong usage, 3 still pending.

Example:
  SCEP_CHALLENGE=... scep-connector enrol --url http://ca.example/scep --subject "CN=device-1" --out device-1`;
