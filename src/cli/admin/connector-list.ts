import type { Command } from 'commander';
import { Option } from 'commander';
import type { ConnectorApi } from '../api/connector-service.ts';
import type { AdminWorld } from './admin-world.ts';
import { connectorSchema, readAnswer } from './api-answers.ts';
import { addApiOptions } from './api-options.ts';
import { idOf } from './complete-arn.ts';
import { formatTable, formatTime } from './format-table.ts';
import { collectItems, listItems } from './list-items.ts';
import type { ListOptions } from './list-options.ts';
import { maxItemsOption } from './list-options.ts';
import { printJson, runApiCommand } from './run-api-command.ts';

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
      new Option('--status <status>', 'those alone that are in this state').choices([
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
  api: ConnectorApi,
  { json, status, maxItems = Number.POSITIVE_INFINITY }: ListConnectorsOptions,
  world: AdminWorld,
): Promise<number> {
  const items = await collectItems(
    listItems(api, { operation: 'ListConnectors', member: 'Connectors' }),
    maxItems,
    (item) => status === undefined || readAnswer(connectorSchema, item).Status === status,
  );
  if (json) printJson(world, { Connectors: items });
  else if (items.length === 0) world.warn('no connectors\n');
  else world.print(tableOf(items));
  return 0;
}

/** Without the endpoints: their paths are secrets. */
function tableOf(items: readonly unknown[]): string {
  const rows = items
    .map((item) => readAnswer(connectorSchema, item))
    .map(({ Arn, Status, StatusReason, Type, CreatedAt, CertificateAuthorityArn }) => [
      ...[idOf(Arn), StatusReason ? `${Status} (${StatusReason})` : Status, Type],
      ...[formatTime(CreatedAt), CertificateAuthorityArn],
    ]);
  return formatTable(['id', 'status', 'type', 'created', 'certificate authority'], rows);
}
