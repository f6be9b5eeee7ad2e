import type { Command } from 'commander';
import { getNextCaOverScep } from '../scep-client/look-up-over-scep.ts';
import { type ClientWorld, thisWorld } from './client-world.ts';
import { addLookUpOutputOptions, addServerOptions, type LookUpOptions } from './options.ts';
import { runLookUp } from './run-look-up.ts';

/** Registers `scep-connector get-next-ca`, GetNextCACert of RFC 8894. `run` gives the exit code. */
export function registerGetNextCaCommand(
  program: Command,
  run: (options: LookUpOptions) => Promise<number> = runGetNextCa,
): void {
  const command = program
    .command('get-next-ca')
    .description('get the CA and RA certificates that will be valid after the announced rollover')
    .action(async (options: LookUpOptions) => {
      process.exitCode = await run(options);
    });
  addServerOptions(command);
  addLookUpOutputOptions(command);
  command.addHelpText('after', '\nExit codes: 0 found, 1 none or failed, 2 wrong usage.');
}

/** Gives the exit code and throws as `runLookUp` does. */
export async function runGetNextCa(
  options: LookUpOptions,
  world: ClientWorld = thisWorld(),
): Promise<number> {
  return runLookUp(options, world, () =>
    Promise.resolve(async (settings, authority) => {
      const certificates = await getNextCaOverScep(settings, authority);
      const ders = certificates.map(({ der }) => der);
      return { status: 'found', found: { label: 'CERTIFICATE', ders } };
    }),
  );
}
