#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { registerCaCommand } from './cli/ca/ca.ts';
import { registerClientCommands } from './cli/client-commands.ts';
import { registerCompletionCommand } from './cli/completion/completion.ts';
import { registerAdminCommands } from './cli/connector/admin-commands.ts';
import { registerDevCommand } from './cli/dev.ts';
import { registerMasterKeyCommand } from './cli/master-key.ts';
import { registerRaCommand } from './cli/ra.ts';
import { registerServeCommand } from './cli/serve.ts';
import { registerStoreCommand } from './cli/store/store.ts';
import { failWith } from './cli/terminal/fail-with.ts';
import { print, warn } from './cli/terminal/print.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { readonly version: string };
const program = new Command('scep-connector')
  .description('a SCEP (RFC 8894) server backed by a private CA')
  .version(version)
  .exitOverride()
  .configureOutput({ writeOut: print, writeErr: warn });
// Each command loads its parts when it runs, so the client does not wait for the server's.
registerDevCommand(program, async (settings) => {
  const { runDev } = await import('./server/run-dev.ts');
  await runDev(settings);
});
registerServeCommand(program, async (options) => {
  const { runServe } = await import('./server/run-serve.ts');
  await runServe(options);
});
registerRaCommand(program, async (connector, options) => {
  const { runRaRotate } = await import('./local-commands/run-ra-rotate.ts');
  await runRaRotate(connector, options);
});
registerClientCommands(program);
registerAdminCommands(program);
registerCaCommand(program, {
  importCa: async (options) => {
    const { runCaImport } = await import('./local-commands/run-ca-import.ts');
    await runCaImport(options);
  },
  exportCa: async (arn, options) => {
    const { runCaExport } = await import('./local-commands/run-ca-export.ts');
    await runCaExport(arn, options);
  },
});
registerMasterKeyCommand(program, async (options) => {
  const { runMasterKeyReseal } = await import('./local-commands/run-master-key-reseal.ts');
  await runMasterKeyReseal(options);
});
registerStoreCommand(program, {
  exportStore: async (options) => {
    const { runStoreExport } = await import('./local-commands/run-store-export.ts');
    await runStoreExport(options);
  },
  importStore: async (options) => {
    const { runStoreImport } = await import('./local-commands/run-store-import.ts');
    await runStoreImport(options);
  },
});
registerCompletionCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  failWith(error);
}
