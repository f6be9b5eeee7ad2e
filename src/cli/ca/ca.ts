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

/** What is done on the store of a server. Errors are those of the commands. */
export interface CaKeyCommands {
  readonly importCa: (options: CaImportOptions) => Promise<void>;
  readonly exportCa: (arn: string, options: CaExportOptions) => Promise<void>;
}

/**
 * Registers `scep-connector ca`, which administers CAs over the API of AWS Private CA, and moves
 * their keys, which that API cannot.
 */
export function registerCaCommand(
  program: Command,
  { importCa, exportCa }: CaKeyCommands,
  world: AdminWorld = thisAdminWorld(),
): void {
  const parent = program
    .command('ca')
    .description('create, show, use, delete the private CAs behind connectors');
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
