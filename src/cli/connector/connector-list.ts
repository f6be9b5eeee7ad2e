import { type Command, Option } from 'commander';
import type { ConnectorClient } from '../api/connector-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { connectorDescription, readAnswer } from '../api-command/api-answers.ts';
import { addApiOptions, type ListOptions, maxItemsOption } from '../api-command/api-options.ts';
import { idOf } from '../api-command/complete-arn.ts';
import { formatTable, formatTime } from '../api-command/format-table.ts';
import { collectItems, listItems } from '../api-command/list-items.ts';
import { printJson, runApiCommand } from '../api-command/run-api-command.ts';

interface ListConnectorsOptions extends ListOptions {
  readonly status?: string;
}

/** Registers `scep-connector connector list`. */
export function registerConnectorList(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('list')
    .description('list the connectors of the account and region')
    .optionsGroup('Selection:')
    .addOption(
      new Option('--status <status>', 'list only connectors with this status').choices([
        ...['CREATING', 'ACTIVE', 'DELETING', 'FAILED'],
      ]),
    )
    .addOption(maxItemsOption());
  addApiOptions(command);
  command.action((options: ListConnectorsOptions) =>
    runApiCommand(options, world, (api) => listConnectors(api, options, world)),
  );
}

async function listConnectors(
  api: ConnectorClient,
  { json, status, maxItems = Number.POSITIVE_INFINITY }: ListConnectorsOptions,
  world: AdminWorld,
): Promise<number> {
  const items = await collectItems(
    listItems(api, { operation: 'ListConnectors', member: 'Connectors' }),
    maxItems,
    (item) => status === undefined || readAnswer(connectorDescription, item).Status === status,
  );
  if (json) printJson(world, { Connectors: items });
  else if (items.length === 0) world.warn('no connectors\n');
  else world.print(tableOf(items));
  return 0;
}

/** The table omits the endpoints, because their paths are secrets. */
function tableOf(items: readonly unknown[]): string {
  const rows = items
    .map((item) => readAnswer(connectorDescription, item))
    .map(({ Arn, Status, StatusReason, Type, CreatedAt, CertificateAuthorityArn }) => [
      ...[idOf(Arn), StatusReason ? `${Status} (${StatusReason})` : Status, Type],
      ...[formatTime(CreatedAt), CertificateAuthorityArn],
    ]);
  return formatTable(['id', 'status', 'type', 'created', 'certificate authority'], rows);
}
