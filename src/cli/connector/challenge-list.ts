import type { Command } from 'commander';
import type { ConnectorClient } from '../api/connector-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { challengeDescription, readAnswer } from '../api-command/api-answers.ts';
import { addApiOptions, type ListOptions, maxItemsOption } from '../api-command/api-options.ts';
import { CONNECTOR_ARGUMENT, completeArn } from '../api-command/complete-arn.ts';
import { formatTable, formatTime } from '../api-command/format-table.ts';
import { collectItems, listItems } from '../api-command/list-items.ts';
import { printJson, runApiCommand } from '../api-command/run-api-command.ts';

/** Registers `scep-connector challenge list`. */
export function registerChallengeList(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('list')
    .description('list the challenges of a connector, without their passwords')
    .argument('<connector>', CONNECTOR_ARGUMENT)
    .optionsGroup('Selection:')
    .addOption(maxItemsOption());
  addApiOptions(command);
  command.action((connector: string, options: ListOptions) =>
    runApiCommand(options, world, (api) => listChallenges(api, connector, options, world)),
  );
}

async function listChallenges(
  api: ConnectorClient,
  connector: string,
  { json, maxItems = Number.POSITIVE_INFINITY }: ListOptions,
  world: AdminWorld,
): Promise<number> {
  const input = { ConnectorArn: await completeArn(api, connector) };
  const items = await collectItems(
    listItems(api, { operation: 'ListChallengeMetadata', member: 'Challenges', input }),
    maxItems,
  );
  if (json) printJson(world, { Challenges: items });
  else if (items.length === 0) world.warn('no challenges\n');
  else world.print(tableOf(items));
  return 0;
}

function tableOf(items: readonly unknown[]): string {
  const rows = items
    .map((item) => readAnswer(challengeDescription, item))
    .map(({ Arn, CreatedAt }) => [Arn, formatTime(CreatedAt)]);
  return formatTable(['arn', 'created'], rows);
}
