#!/usr/bin/env node
import { Command } from 'commander';
import { registerDevCommand } from './cli/dev.ts';
import { failWith } from './cli/fail-with.ts';
import { runDev } from './run-dev.ts';

const program = new Command('scep-connector')
  .description('a SCEP (RFC 8894) server backed by a private CA')
  .exitOverride();
registerDevCommand(program, runDev);

try {
  await program.parseAsync();
} catch (error) {
  failWith(error);
}
