import { Argument, type Command } from 'commander';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { readAnswer } from '../api-command/api-answers.ts';
import {
  type ApiOptions,
  addApiOptions,
  parseTag,
  type TagMap,
} from '../api-command/api-options.ts';
import { formatTable } from '../api-command/format-table.ts';
import { collectItems, listItems } from '../api-command/list-items.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { caTagsAnswer } from './ca-answers.ts';
import { CA_ARGUMENT, completeCaArn } from './complete-ca-arn.ts';

/** Registers `scep-connector ca tags`. */
export function registerCaTags(parent: Command, world: AdminWorld): void {
  const tags = parent.command('tags').description('list, set or remove the tags of CAs');
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
    .description('set tags of a CA; its other tags stay as they are')
    .argument('<ca>', CA_ARGUMENT)
    .addArgument(new Argument('<key=value...>', 'one or more tags').argParser(parseTag));
  registerChange(set, world, 'TagCertificateAuthority', (given: TagMap) => tagList(given));
  const remove = tags
    .command('remove')
    .description('remove tags of a CA')
    .argument('<ca>', CA_ARGUMENT)
    .argument('<key...>', 'one or more keys of tags');
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
  api: PrivateCaClient,
  text: string,
  { json }: ApiOptions,
  world: AdminWorld,
): Promise<number> {
  const input = { CertificateAuthorityArn: await completeCaArn(api, text) };
  const items = await collectItems(
    listItems(api, { operation: 'ListTags', member: 'Tags', input }),
    Number.POSITIVE_INFINITY,
  );
  const tags = readAnswer(caTagsAnswer, { Tags: items }).Tags ?? [];
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

/** Tags in the form of the Private CA API; undefined if there are none. */
export function tagList(tags: TagMap = {}) {
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return list.length > 0 ? list : undefined;
}
