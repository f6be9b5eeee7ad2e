import type { Command } from 'commander';
import { getNextCaOverScep } from '../scep-client/look-up-over-scep.ts';
import { type ClientWorld, thisWorld } from './client-world.ts';
import { addLookUpOutputOptions, addServerOptions, type LookUpOptions } from './options.ts';
import { runLookUp } from './run-look-up.ts';

/** Registers `scep-connector get-next-ca` (GetNextCACert). `run` returns the exit code. */
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
  command.addHelpText('after', '\nExit codes: 0 found, 1 not found or failed, 2 wrong usage.');
}

/** Returns and throws what `runLookUp` does. */
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
