import type { Command } from 'commander';
import { getCrlOverScep } from '../scep-client/look-up-over-scep.ts';
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

export interface GetCrlOptions extends LookUpOptions, HolderOptions {}

/** Registers `scep-connector get-crl` (GetCRL). `run` returns the exit code. */
export function registerGetCrlCommand(
  program: Command,
  run: (options: GetCrlOptions) => Promise<number> = runGetCrl,
): void {
  const command = program
    .command('get-crl')
    .description('get the CRL of the CA that issued a certificate')
    .action(async (options: GetCrlOptions) => {
      process.exitCode = await run(options);
    });
  addServerOptions(command);
  command.optionsGroup('Request:');
  addHolderOptions(command, 'a certificate of this device from that CA');
  addLookUpOutputOptions(command);
  command.addHelpText('after', '\nExit codes: 0 found, 1 refused or failed, 2 wrong usage.');
}

/** Returns and throws what `runLookUp` does. */
export async function runGetCrl(
  options: GetCrlOptions,
  world: ClientWorld = thisWorld(),
): Promise<number> {
  return runLookUp(options, world, async () => {
    const holder = await readHolder(options.certificate, options.key);
    return async (settings, authority) => {
      const result = await getCrlOverScep(settings, authority, holder, holder.certificate);
      if (result.status === 'refused') return result;
      return { status: 'found', found: { label: 'X509 CRL', ders: [result.found] } };
    };
  });
}
