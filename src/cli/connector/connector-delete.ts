import type { Command } from 'commander';
import type { ConnectorClient } from '../api/connector-service.ts';
import { type AdminWorld, confirm } from '../api-command/admin-world.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { CONNECTOR_ARGUMENT, completeArn } from '../api-command/complete-arn.ts';
import { printJson, runApiCommand } from '../api-command/run-api-command.ts';
import { type WaitOptions, waitOption, waitUntilDeleted } from './wait-for-connector.ts';

interface DeleteConnectorOptions extends ApiOptions, WaitOptions {
  readonly yes?: boolean;
}

/** Registers `scep-connector connector delete`. */
export function registerConnectorDelete(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('delete')
    .description('delete a connector and all its challenges; its URL is never used again')
    .argument('<connector>', CONNECTOR_ARGUMENT)
    .optionsGroup('Deletion:')
    .option('--yes', 'do not ask for confirmation; required without a terminal')
    .addOption(waitOption('until it is gone'));
  addApiOptions(command);
  command
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the connector is still DELETING.',
    )
    .action((connector: string, options: DeleteConnectorOptions) =>
      runApiCommand(options, world, (api) => deleteConnector(api, connector, options, world)),
    );
}

async function deleteConnector(
  api: ConnectorClient,
  text: string,
  { json, yes = false, wait }: DeleteConnectorOptions,
  world: AdminWorld,
): Promise<number> {
  const arn = await completeArn(api, text);
  if (!yes) {
    await confirm(`Delete ${arn} and its challenges? Its URL stops working for devices.`, world);
  }
  const answer = await api.call('DeleteConnector', { ConnectorArn: arn });
  const code = wait === undefined ? 0 : await waitUntilDeleted(api, arn, wait, world);
  if (json) printJson(world, answer);
  return code;
}
