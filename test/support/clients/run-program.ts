import path from 'node:path';
import { tempDirectory } from '../servers/temp-directory.ts';
import { type CommandResult, runCommand } from './run-command.ts';

const MAIN = path.resolve(import.meta.dirname, '../../../dist/main.js');

/** Runs the real program with no AWS settings except these. */
export function runProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  const nowhere = path.join(tempDirectory(), 'none');
  const inherited = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  return runCommand(process.execPath, [MAIN, ...args], {
    env: {
      ...Object.fromEntries(inherited.map((name) => [name, ''])),
      ...{ AWS_CONFIG_FILE: nowhere, AWS_SHARED_CREDENTIALS_FILE: nowhere },
      ...{ AWS_EC2_METADATA_DISABLED: 'true', ...env },
    },
  });
}
