import type { Command } from 'commander';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import { type AdminWorld, confirm } from '../api-command/admin-world.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { parseWholeNumber } from '../terminal/parse-option.ts';
import { CA_ARGUMENT, completeCaArn } from './complete-ca-arn.ts';

interface DeleteOptions extends ApiOptions {
  readonly days: number;
  readonly yes?: boolean;
}

/** Registers `scep-connector ca delete`. */
export function registerCaDelete(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('delete')
    .description('delete a CA that is disabled or expired, or was never active')
    .argument('<ca>', CA_ARGUMENT)
    .optionsGroup('Deletion:')
    .option(
      '--days <days>',
      'days during which it can be restored, 7 to 30; after them its key is destroyed',
      parseWholeNumber(7, 30),
      30,
    )
    .option('--yes', 'do not ask for confirmation; required without a terminal');
  addApiOptions(command);
  command.action((ca: string, options: DeleteOptions) =>
    runCaCommand(options, world, (api) => deleteCa(api, ca, options, world)),
  );
}

async function deleteCa(
  api: PrivateCaClient,
  text: string,
  { json, yes = false, days }: DeleteOptions,
  world: AdminWorld,
): Promise<number> {
  const arn = await completeCaArn(api, text);
  if (!yes) await confirm(`Delete ${arn}? It can be restored for ${days} days.`, world);
  const answer = await api.call('DeleteCertificateAuthority', {
    CertificateAuthorityArn: arn,
    PermanentDeletionTimeInDays: days,
  });
  if (json) printJson(world, answer);
  return 0;
}
