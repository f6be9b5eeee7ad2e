import { type Command, Option } from 'commander';
import type { CipherName } from '../../cms/content-ciphers.ts';
import type { KeyUsage } from '../../x509/key-usage.ts';
import type { DigestName } from '../../x509/signature-algorithms.ts';
import type { KeySpec } from '../terminal/key-algorithm.ts';
import { parseFingerprint, parseServerUrl, parseWholeNumber } from '../terminal/parse-option.ts';

/** Options of every client command: the server, whom to trust and how to speak. */
export interface ServerOptions {
  readonly url: URL;
  readonly method: 'auto' | 'get' | 'post';
  readonly cipher?: CipherName;
  readonly digest?: DigestName;
  /** Seconds. */
  readonly timeout: number;
  readonly tlsCa?: string;
  /** 64 hexadecimal digits in lower case. */
  readonly caFingerprint?: string;
  readonly caFile?: string;
}

export function addServerOptions(command: Command): void {
  command
    .optionsGroup('Server:')
    .requiredOption('--url <url>', 'URL of the SCEP server, http or https', parseServerUrl)
    .option(
      '--ca-fingerprint <sha256>',
      'continue only if the RA, the issuing CA or the root has this fingerprint',
      parseFingerprint,
    )
    .addOption(
      new Option(
        '--ca-file <pem>',
        'continue only if the CA chains to a certificate in this file',
      ).conflicts('caFingerprint'),
    )
    .option('--tls-ca <pem>', 'file of the CAs to trust for https instead of those of Node.js')
    .addOption(
      new Option('--method <method>', 'HTTP method for messages; auto uses what the server offers')
        .choices(['auto', 'get', 'post'])
        .default('auto'),
    )
    .addOption(
      new Option('--cipher <name>', 'cipher for messages (default: AES-128 if offered)').choices([
        ...['aes128', 'aes192', 'aes256', '3des'],
      ]),
    )
    .addOption(
      new Option('--digest <name>', 'digest for signatures (default: SHA-256 if offered)').choices([
        ...['sha1', 'sha256', 'sha384', 'sha512'],
      ]),
    )
    .option('--timeout <seconds>', 'longest time for each request', parseWholeNumber(1, 600), 30);
}

/** Options of the commands that wait while a request is pending. */
export interface PollOptions {
  /** Seconds. */
  readonly pollInterval: number;
  readonly pollLimit: number;
}

export function addPollOptions(command: Command): void {
  command
    .option(
      '--poll-interval <seconds>',
      'time between polls while the server answers PENDING',
      parseWholeNumber(1, 86_400),
      30,
    )
    .option(
      '--poll-limit <times>',
      'number of polls before giving up',
      parseWholeNumber(0, 100_000),
      20,
    );
}

/** Options of the commands that sign with a certificate that the device has. */
export interface HolderOptions {
  readonly certificate: string;
  readonly key: string;
}

export function addHolderOptions(command: Command, which: string): void {
  command
    .requiredOption('--certificate <file>', `${which} (PEM)`)
    .requiredOption('--key <file>', 'private key of that certificate (PEM)');
}

/** Options of the commands that send a challenge password. */
export interface ChallengeOptions {
  readonly challenge?: string;
  readonly challengeFile?: string;
}

/** Options of the commands that get a certificate: where to write it. */
interface ResultFileOptions {
  readonly out: string;
  readonly certificateOut?: string;
  readonly chainOut?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addResultFileOptions(command: Command): void {
  command
    .option('--out <directory>', 'directory for the files', '.')
    .option('--certificate-out <file>', 'file for the certificate, instead of certificate.pem')
    .option('--chain-out <file>', 'file for the chain, instead of chain.pem')
    .option('--force', 'replace existing files')
    .option('--json', 'print the result as JSON');
}

/** Options of the commands that look something up: where to write it. */
export interface LookUpOptions extends ServerOptions {
  /** Standard output when undefined. */
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addLookUpOutputOptions(command: Command): void {
  command
    .optionsGroup('Output:')
    .option('--out <file>', 'file for the result, instead of standard output')
    .option('--force', 'replace an existing file')
    .option('--json', 'print the result as JSON');
}

/** Options of `scep-connector enrol`, each checked by its parser but not together. */
export interface EnrolOptions
  extends ServerOptions,
    PollOptions,
    ChallengeOptions,
    ResultFileOptions {
  readonly subject?: string;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly email?: readonly string[];
  readonly uri?: readonly string[];
  readonly upn?: readonly string[];
  readonly keyUsage?: readonly KeyUsage[];
  /** Dotted. */
  readonly extendedKeyUsage?: readonly string[];
  readonly validityDays?: number;
  readonly csr?: string;
  readonly key?: string;
  /** The kind of key to make. */
  readonly keyAlgorithm: KeySpec;
  readonly keyOut?: string;
}

/** Options of `scep-connector renew`, likewise. */
export interface RenewOptions
  extends ServerOptions,
    PollOptions,
    HolderOptions,
    ChallengeOptions,
    ResultFileOptions {
  readonly asPkcsReq?: boolean;
  readonly sameKey?: boolean;
  readonly newKey?: string;
  /** The kind of key to make. */
  readonly keyAlgorithm: KeySpec;
  readonly keyOut?: string;
}

/** Options of `scep-connector poll`, likewise. */
export interface PollCommandOptions extends ServerOptions, PollOptions, ResultFileOptions {
  readonly csr: string;
  readonly key: string;
  readonly transactionId?: string;
  readonly oldCertificate?: string;
  readonly oldKey?: string;
}
