import { type Command, InvalidArgumentError } from 'commander';
import { addStoreOptions, type StoreOptions } from '../store/store-options.ts';
import { addRevocationOptions, type RevocationOptions } from './revocation-options.ts';

export interface CaImportOptions extends StoreOptions, RevocationOptions {
  /** Either this, or `certificate` and `key`. */
  readonly pkcs12?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly passphraseFile?: string;
  readonly chain?: string;
  readonly oldCrl?: string;
  readonly region: string;
  readonly account: string;
}

/** Registers `scep-connector ca import`, which writes the store: the API accepts no keys. */
export function registerCaImport(
  parent: Command,
  importCa: (options: CaImportOptions) => Promise<void>,
): void {
  const command = parent
    .command('import')
    .description('add a CA of another server, with its private key; prints its ARN')
    .optionsGroup('CA:')
    .option(
      '--pkcs12 <file>',
      "PKCS #12 file (.p12 or .pfx) with the CA's private key, certificate and chain",
    )
    .option('--certificate <pem>', 'certificate of the CA; the file may contain its chain after it')
    .option('--key <pem>', 'private key of the CA')
    .option(
      '--passphrase-file <file>',
      'file with the passphrase of the key or PKCS #12 file on its first line',
    )
    .option('--chain <pem>', 'certificates from the issuer of the CA up to the root')
    .option('--old-crl <file>', 'last CRL of the CA; certificates on it stay revoked');
  addRevocationOptions(command);
  command
    .option('--region <name>', 'AWS region in the ARN of the CA', parseRegion, 'us-east-1')
    .option('--account <id>', 'AWS account in the ARN of the CA', parseAccount, '000000000000');
  addStoreOptions(command);
  command.action(importCa);
}

function parseRegion(text: string): string {
  if (text.length <= 32 && /^[a-z]+(-[a-z]+)+-[1-9]\d*$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a region such as eu-central-1.');
}

function parseAccount(text: string): string {
  if (/^\d{12}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be twelve digits.');
}
