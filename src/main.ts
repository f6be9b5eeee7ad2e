#!/usr/bin/env node
import { Command } from 'commander';
import { registerClientCommands } from './cli/client-commands.ts';
import { registerDevCommand } from './cli/dev.ts';
import { failWith } from './cli/fail-with.ts';
import { registerRaCommand } from './cli/ra.ts';

const program = new Command('scep-connector')
  .description('a SCEP (RFC 8894) server backed by a private CA')
  .exitOverride();
// Loaded when asked for: the client should not wait for the server's parts.
registerDevCommand(program, async (settings) => {
  const { runDev } = await import('./run-dev.ts');
  await runDev(settings);
});
registerRaCommand(program, async (settings) => {
  const { runRaRotate } = await import('./run-ra-rotate.ts');
  await runRaRotate(settings);
});
registerClientCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  failWith(error);
}
