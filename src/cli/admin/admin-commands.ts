import type { Command } from 'commander';
import type { AdminWorld } from './admin-world.ts';
import { thisAdminWorld } from './admin-world.ts';
import { registerChallengeCommand } from './challenge.ts';
import { registerConnectorCommand } from './connector.ts';
import { registerTagsCommand } from './tags.ts';

/** Registers the commands by which `scep-connector` administers connectors over the API, as an AWS SDK would. */
export function registerAdminCommands(
  program: Command,
  world: AdminWorld = thisAdminWorld(),
): void {
  registerConnectorCommand(program, world);
  registerChallengeCommand(program, world);
  registerTagsCommand(program, world);
}
