import { Argument, type Command } from 'commander';
import type { ApiInput } from '../api/api-service.ts';
import type { ConnectorClient } from '../api/connector-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { listTagsAnswer, readAnswer } from '../api-command/api-answers.ts';
import {
  type ApiOptions,
  addApiOptions,
  parseTag,
  type TagMap,
} from '../api-command/api-options.ts';
import { completeArn } from '../api-command/complete-arn.ts';
import { formatTable } from '../api-command/format-table.ts';
import { printJson, runApiCommand } from '../api-command/run-api-command.ts';

const RESOURCE_ARGUMENT =
  'ARN of a connector or challenge, or the id of a connector or its beginning';

/** Registers `scep-connector tags`. */
export function registerTagsCommand(program: Command, world: AdminWorld): void {
  const parent = program
    .command('tags')
    .description('list, set or remove the tags of connectors and challenges');
  const list = parent
    .command('list')
    .description('list the tags of a connector or challenge')
    .argument('<resource>', RESOURCE_ARGUMENT);
  addApiOptions(list);
  list.action((resource: string, options: ApiOptions) =>
    runApiCommand(options, world, (api) => listTags(api, resource, options, world)),
  );
  const set = parent
    .command('set')
    .description('set tags of a connector or challenge; its other tags stay as they are')
    .argument('<resource>', RESOURCE_ARGUMENT)
    .addArgument(new Argument('<key=value...>', 'one or more tags').argParser(parseTag));
  registerChange(set, world, 'TagResource', (tags: TagMap) => ({ Tags: tags }));
  const remove = parent
    .command('remove')
    .description('remove tags of a connector or challenge')
    .argument('<resource>', RESOURCE_ARGUMENT)
    .argument('<key...>', 'one or more keys of tags');
  registerChange(remove, world, 'UntagResource', (keys: readonly string[]) => ({ TagKeys: keys }));
}

function registerChange<Given>(
  command: Command,
  world: AdminWorld,
  operation: 'TagResource' | 'UntagResource',
  changeOf: (given: Given) => ApiInput,
): void {
  addApiOptions(command);
  command.action((resource: string, given: Given, options: ApiOptions) =>
    runApiCommand(options, world, async (api) => {
      const ResourceArn = await completeArn(api, resource);
      const answer = await api.call(operation, { ResourceArn, ...changeOf(given) });
      if (options.json) printJson(world, answer);
      return 0;
    }),
  );
}

async function listTags(
  api: ConnectorClient,
  resource: string,
  { json }: ApiOptions,
  world: AdminWorld,
): Promise<number> {
  const ResourceArn = await completeArn(api, resource);
  const answer = await api.call('ListTagsForResource', { ResourceArn });
  const tags = Object.entries(readAnswer(listTagsAnswer, answer).Tags ?? {});
  if (json) printJson(world, answer);
  else if (tags.length === 0) world.warn('no tags\n');
  else world.print(formatTable(['key', 'value'], tags));
  return 0;
}
