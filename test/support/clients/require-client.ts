import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Whether all programs of a client are installed, for `describe.runIf`. Prints why tests are
 * skipped when one is missing. `programs` are names on the PATH or absolute paths; `installer` is
 * the script that installs them.
 * @throws Error when one is missing and CI=true, where nothing may be skipped
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
