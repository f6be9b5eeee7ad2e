import type { Command } from 'commander';
import { type AdminWorld, thisAdminWorld } from '../api-command/admin-world.ts';
import { registerChallengeCommand } from './challenge.ts';
import { registerConnectorCreate } from './connector-create.ts';
import { registerConnectorDelete } from './connector-delete.ts';
import { registerConnectorList } from './connector-list.ts';
import { registerConnectorShow } from './connector-show.ts';
import { registerTagsCommand } from './tags.ts';

/** Registers the API commands for connectors, challenges and tags. */
export function registerAdminCommands(
  program: Command,
  world: AdminWorld = thisAdminWorld(),
): void {
  registerConnectorCommand(program, world);
  registerChallengeCommand(program, world);
  registerTagsCommand(program, world);
}

/** Registers `scep-connector connector`. */
function registerConnectorCommand(program: Command, world: AdminWorld): void {
  const parent = program
    .command('connector')
    .description('create, list, show or delete connectors');
  registerConnectorCreate(parent, world);
  registerConnectorList(parent, world);
  registerConnectorShow(parent, world);
  registerConnectorDelete(parent, world);
}
