import type { Command } from 'commander';
import { getCertificateOverScep } from '../scep-client/look-up-over-scep.ts';
import { parseSerialNumber } from '../terminal/parse-option.ts';
import { type ClientWorld, thisWorld } from './client-world.ts';
import {
  addHolderOptions,
  addLookUpOutputOptions,
  addServerOptions,
  type HolderOptions,
  type LookUpOptions,
} from './options.ts';
import { readHolder } from './read-enrol-inputs.ts';
import { runLookUp } from './run-look-up.ts';

export interface GetCertificateOptions extends LookUpOptions, HolderOptions {
  /** Content octets of the INTEGER. */
  readonly serial: Uint8Array;
}

/** Registers `scep-connector get-certificate` (GetCert). `run` returns the exit code. */
export function registerGetCertificateCommand(
  program: Command,
  run: (options: GetCertificateOptions) => Promise<number> = runGetCertificate,
): void {
  const command = program
    .command('get-certificate')
    .description('get a certificate that the CA has issued to this device before')
    .action(async (options: GetCertificateOptions) => {
      process.exitCode = await run(options);
    });
  addServerOptions(command);
  command
    .optionsGroup('Request:')
    .requiredOption(
      '--serial <hexadecimal>',
      'serial number of the certificate, as openssl prints it',
      parseSerialNumber,
    );
  addHolderOptions(command, 'a certificate of this device from the same CA');
  addLookUpOutputOptions(command);
  command.addHelpText('after', '\nExit codes: 0 found, 1 refused or failed, 2 wrong usage.');
}

/** Returns and throws what `runLookUp` does. */
export async function runGetCertificate(
  options: GetCertificateOptions,
  world: ClientWorld = thisWorld(),
): Promise<number> {
  return runLookUp(options, world, async () => {
    const holder = await readHolder(options.certificate, options.key);
    const name = { issuer: holder.certificate.issuer, serialNumber: options.serial };
    return async (settings, authority) => {
      const result = await getCertificateOverScep(settings, authority, holder, name);
      if (result.status === 'refused') return result;
      return { status: 'found', found: { label: 'CERTIFICATE', ders: [result.found.der] } };
    };
  });
}
