import type { Command } from 'commander';
import { Option } from 'commander';
import type { CipherName } from '../cms/content-ciphers.ts';
import type { DigestName } from '../x509/signature-algorithms.ts';
import { parseFingerprint, parseServerUrl, parseWholeNumber } from './parse-option.ts';

/** The options that every command of the client has: which server, whom to trust and how to speak. */
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

/** The options of the commands that wait for an answer. */
export interface PollOptions {
  /** Seconds. */
  readonly pollInterval: number;
  readonly pollLimit: number;
}

export function addServerOptions(command: Command): void {
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
    .option('--timeout <seconds>', 'for each request', parseWholeNumber(1, 600), 30);
}

export function addPollOptions(command: Command): void {
  command
    .option(
      '--poll-interval <seconds>',
      'wait this long while the server answers PENDING',
      parseWholeNumber(1, 86_400),
      30,
    )
    .option('--poll-limit <times>', 'and ask again this often', parseWholeNumber(0, 100_000), 20);
}
