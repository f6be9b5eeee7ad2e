import { spawnSync } from 'node:child_process';

/** Debian's packages are seen by its own interpreter alone. */
const INTERPRETERS = ['python3', '/usr/bin/python3'];

/**
 * A Python that has the module, for `describe.runIf`; when there is none, undefined, and the reason for the skip is printed.
 * @throws Error when there is none and CI=true: there nothing may be skipped.
 */
export function findPython(module: string): string | undefined {
  const found = INTERPRETERS.find((python) => {
    return spawnSync(python, ['-c', `import ${module}`]).status === 0;
  });
  if (found !== undefined) return found;
  const reason = `Python with the module ${module} not found; test/install-clients.sh installs it`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return undefined;
}
