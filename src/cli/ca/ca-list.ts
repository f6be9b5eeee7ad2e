import { type Command, Option } from 'commander';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { readAnswer } from '../api-command/api-answers.ts';
import { addApiOptions, type ListOptions, maxItemsOption } from '../api-command/api-options.ts';
import { idOf } from '../api-command/complete-arn.ts';
import { formatTable, formatTime } from '../api-command/format-table.ts';
import { collectItems } from '../api-command/list-items.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { caSchema } from './ca-answers.ts';
import { listCaItems } from './complete-ca-arn.ts';
import { formatSubject } from './subject-option.ts';

interface ListCasOptions extends ListOptions {
  readonly status?: string;
}

const STATUSES = [
  ...['CREATING', 'PENDING_CERTIFICATE', 'ACTIVE', 'DISABLED', 'EXPIRED', 'DELETED', 'FAILED'],
];

/** Registers `scep-connector ca list`. */
export function registerCaList(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('list')
    .description('list the CAs of the account and region')
    .optionsGroup('Selection:')
    .addOption(new Option('--status <status>', 'list only CAs with this status').choices(STATUSES))
    .addOption(maxItemsOption());
  addApiOptions(command);
  command.action((options: ListCasOptions) =>
    runCaCommand(options, world, (api) => listCas(api, options, world)),
  );
}

async function listCas(
  api: PrivateCaClient,
  { json, status, maxItems = Number.POSITIVE_INFINITY }: ListCasOptions,
  world: AdminWorld,
): Promise<number> {
  const items = await collectItems(
    listCaItems(api),
    maxItems,
    (item) => status === undefined || readAnswer(caSchema, item).Status === status,
  );
  if (json) printJson(world, { CertificateAuthorities: items });
  else if (items.length === 0) world.warn('no CAs\n');
  else world.print(tableOf(items));
  return 0;
}

function tableOf(items: readonly unknown[]): string {
  const rows = items
    .map((item) => readAnswer(caSchema, item))
    .map(({ Arn, Status, Type, NotAfter, CertificateAuthorityConfiguration: configuration }) => [
      ...[idOf(Arn), Status, Type, configuration.KeyAlgorithm],
      ...[NotAfter ? formatTime(NotAfter) : '-', formatSubject(configuration.Subject)],
    ]);
  return formatTable(['id', 'status', 'type', 'key', 'expires', 'subject'], rows);
}
