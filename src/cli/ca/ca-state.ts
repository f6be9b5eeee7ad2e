import type { Command } from 'commander';
import type { ApiInput } from '../api/api-service.ts';
import type { PrivateCaAction } from '../api/private-ca-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { CA_ARGUMENT, completeCaArn } from './complete-ca-arn.ts';

interface StateCommand {
  readonly name: string;
  readonly description: string;
  readonly action: PrivateCaAction;
  readonly input?: ApiInput;
}

const STATE_COMMANDS: readonly StateCommand[] = [
  {
    name: 'disable',
    description: 'stop a CA from issuing until it is enabled again',
    action: 'UpdateCertificateAuthority',
    input: { Status: 'DISABLED' },
  },
  {
    name: 'enable',
    description: 'let a CA issue again',
    action: 'UpdateCertificateAuthority',
    input: { Status: 'ACTIVE' },
  },
  {
    name: 'restore',
    description: 'restore a deleted CA to its former status',
    action: 'RestoreCertificateAuthority',
  },
];

/** Registers `scep-connector ca disable`, `enable` and `restore`. */
export function registerCaState(parent: Command, world: AdminWorld): void {
  for (const { name, description, action, input } of STATE_COMMANDS) {
    const command = parent.command(name).description(description).argument('<ca>', CA_ARGUMENT);
    addApiOptions(command);
    command.action((ca: string, options: ApiOptions) =>
      runCaCommand(options, world, async (api) => {
        const CertificateAuthorityArn = await completeCaArn(api, ca);
        const answer = await api.call(action, { CertificateAuthorityArn, ...input });
        if (options.json) printJson(world, answer);
        return 0;
      }),
    );
  }
}
