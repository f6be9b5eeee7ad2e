import type { Command } from 'commander';
import type { AdminWorld } from './admin-world.ts';
import { registerConnectorCreate } from './connector-create.ts';
import { registerConnectorDelete } from './connector-delete.ts';
import { registerConnectorList } from './connector-list.ts';
import { registerConnectorShow } from './connector-show.ts';

/** Registers `scep-connector connector`. */
export function registerConnectorCommand(program: Command, world: AdminWorld): void {
  const parent = program.command('connector').description('create, list, show, delete connectors');
  registerConnectorCreate(parent, world);
  registerConnectorList(parent, world);
  registerConnectorShow(parent, world);
  registerConnectorDelete(parent, world);
}
