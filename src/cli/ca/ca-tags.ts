import type { Command } from 'commander';
import { Argument } from 'commander';
import type { AdminWorld } from '../admin/admin-world.ts';
import { readAnswer } from '../admin/api-answers.ts';
import type { ApiOptions } from '../admin/api-options.ts';
import { addApiOptions } from '../admin/api-options.ts';
import { formatTable } from '../admin/format-table.ts';
import { collectItems, listItems } from '../admin/list-items.ts';
import { printJson, runCaCommand } from '../admin/run-api-command.ts';
import type { Tags } from '../admin/tag-options.ts';
import { parseTag } from '../admin/tag-options.ts';
import type { PrivateCaApi } from '../api/private-ca-service.ts';
import { listTagsAnswer } from './ca-answers.ts';
import { CA_ARGUMENT, completeCaArn } from './complete-ca-arn.ts';
import { tagList } from './tag-list.ts';

/** Registers `scep-connector ca tags`. */
export function registerCaTags(parent: Command, world: AdminWorld): void {
  const tags = parent.command('tags').description('list, set, remove the tags of CAs');
  const list = tags
    .command('list')
    .description('list the tags of a CA')
    .argument('<ca>', CA_ARGUMENT);
  addApiOptions(list);
  list.action((ca: string, options: ApiOptions) =>
    runCaCommand(options, world, (api) => listCaTags(api, ca, options, world)),
  );
  const set = tags
    .command('set')
    .description('set tags of a CA; others stay as they are')
    .argument('<ca>', CA_ARGUMENT)
    .addArgument(new Argument('<key=value...>', 'one tag or several').argParser(parseTag));
  registerChange(set, world, 'TagCertificateAuthority', (given: Tags) => tagList(given));
  const remove = tags
    .command('remove')
    .description('remove tags of a CA')
    .argument('<ca>', CA_ARGUMENT)
    .argument('<key...>', 'one key or several');
  registerChange(remove, world, 'UntagCertificateAuthority', (keys: readonly string[]) =>
    keys.map((Key) => ({ Key })),
  );
}

function registerChange<Given>(
  command: Command,
  world: AdminWorld,
  action: 'TagCertificateAuthority' | 'UntagCertificateAuthority',
  tagsOf: (given: Given) => unknown,
): void {
  addApiOptions(command);
  command.action((ca: string, given: Given, options: ApiOptions) =>
    runCaCommand(options, world, async (api) => {
      const CertificateAuthorityArn = await completeCaArn(api, ca);
      const answer = await api.call(action, { CertificateAuthorityArn, Tags: tagsOf(given) });
      if (options.json) printJson(world, answer);
      return 0;
    }),
  );
}

async function listCaTags(
  api: PrivateCaApi,
  text: string,
  { json }: ApiOptions,
  world: AdminWorld,
): Promise<number> {
  const input = { CertificateAuthorityArn: await completeCaArn(api, text) };
  const items = await collectItems(
    listItems(api, { operation: 'ListTags', member: 'Tags', input }),
    Number.POSITIVE_INFINITY,
  );
  const tags = readAnswer(listTagsAnswer, { Tags: items }).Tags ?? [];
  if (json) printJson(world, { Tags: items });
  else if (tags.length === 0) world.warn('no tags\n');
  else
    world.print(
      formatTable(
        ['key', 'value'],
        tags.map(({ Key, Value }) => [Key, Value ?? '']),
      ),
    );
  return 0;
}
