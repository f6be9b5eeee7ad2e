import type { Command } from 'commander';
import { type AdminWorld, thisAdminWorld } from '../api-command/admin-world.ts';
import { registerCaActivate } from './ca-activate.ts';
import { registerCaCertificate } from './ca-certificate.ts';
import { registerCaCreate } from './ca-create.ts';
import { registerCaCrl } from './ca-crl.ts';
import { registerCaDelete } from './ca-delete.ts';
import { type CaExportOptions, registerCaExport } from './ca-export.ts';
import { type CaImportOptions, registerCaImport } from './ca-import.ts';
import { registerCaIssue } from './ca-issue.ts';
import { registerCaList } from './ca-list.ts';
import { registerCaReport } from './ca-report.ts';
import { registerCaRevoke } from './ca-revoke.ts';
import { registerCaShow } from './ca-show.ts';
import { registerCaState } from './ca-state.ts';
import { registerCaTags } from './ca-tags.ts';
import { registerCaUpdate } from './ca-update.ts';

/** The commands that work on the store of a server. They reject as commands do. */
export interface CaKeyCommands {
  readonly importCa: (options: CaImportOptions) => Promise<void>;
  readonly exportCa: (arn: string, options: CaExportOptions) => Promise<void>;
}

/**
 * Registers `scep-connector ca`, which administers CAs through the AWS Private CA API, and imports
 * and exports their keys, for which that API has no action.
 */
export function registerCaCommand(
  program: Command,
  { importCa, exportCa }: CaKeyCommands,
  world: AdminWorld = thisAdminWorld(),
): void {
  const parent = program
    .command('ca')
    .description('create, show, use or delete the private CAs of connectors');
  registerCaCreate(parent, world);
  registerCaActivate(parent, world);
  registerCaList(parent, world);
  registerCaShow(parent, world);
  registerCaCertificate(parent, world);
  registerCaIssue(parent, world);
  registerCaRevoke(parent, world);
  registerCaCrl(parent, world);
  registerCaReport(parent, world);
  registerCaUpdate(parent, world);
  registerCaState(parent, world);
  registerCaDelete(parent, world);
  registerCaTags(parent, world);
  registerCaImport(parent, importCa);
  registerCaExport(parent, world, exportCa);
}
