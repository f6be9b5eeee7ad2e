import path from 'node:path';
import { type CommandResult, runCommand } from '../clients/run-command.ts';
import { MAIN } from '../servers/spawn-server.ts';
import { CHART } from './chart-values.ts';

/** Runs the command of the `helm test` pod with the environment that the pod sets. */
export function runHelmTest(environment: Readonly<Record<string, string>>): Promise<CommandResult> {
  const inherited = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  return runCommand(process.execPath, [path.join(CHART, 'files/enrol-a-device.mjs')], {
    env: {
      ...Object.fromEntries(inherited.map((name) => [name, ''])),
      PROGRAM: MAIN,
      ...environment,
    },
    timeoutMs: 600_000,
  });
}
