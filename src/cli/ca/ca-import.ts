import { type Command, InvalidArgumentError } from 'commander';
import { addStoreOptions, type StoreOptions } from '../store/store-options.ts';
import { addRevocationOptions, type RevocationOptions } from './revocation-options.ts';

export interface CaImportOptions extends StoreOptions, RevocationOptions {
  /** Either this, or a certificate and its key. */
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
    .description('take over a CA of another server, with its key; prints its ARN')
    .optionsGroup('CA:')
    .option('--pkcs12 <file>', 'its key, its certificate and the CAs above in one: .p12 or .pfx')
    .option('--certificate <pem>', 'its certificate; the CAs above may stand below it')
    .option('--key <pem>', 'its private key')
    .option('--passphrase-file <file>', 'the passphrase of the key, on the first line')
    .option('--chain <pem>', 'the CAs above, from its issuer up to the root')
    .option('--old-crl <file>', 'its last CRL: what that names stays revoked');
  addRevocationOptions(command);
  command
    .option('--region <name>', 'where API calls find it', parseRegion, 'us-east-1')
    .option('--account <id>', 'whose it is', parseAccount, '000000000000');
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
