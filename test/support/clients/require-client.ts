import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Whether all the programs of a client are there: for `describe.runIf`.
 * When one is missing, prints why its tests are skipped. `programs` are names on the PATH or absolute paths,
 * `installer` the script that brings them.
 * @throws Error when one is missing and CI=true: there nothing may be skipped.
 */
export function requireClient(
  client: string,
  programs: readonly string[],
  installer = 'test/install-clients.sh',
): boolean {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) return true;
  const reason = `${client}: ${missing.join(', ')} not found; ${installer} installs it`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return false;
}

function isInstalled(program: string): boolean {
  if (path.isAbsolute(program)) return existsSync(program);
  const directories = (process.env['PATH'] ?? '').split(path.delimiter);
  return directories.some((directory) => existsSync(path.join(directory, program)));
}
