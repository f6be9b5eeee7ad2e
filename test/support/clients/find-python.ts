import { spawnSync } from 'node:child_process';

/** Only Debian's own interpreter sees Debian's Python packages. */
const INTERPRETERS = ['python3', '/usr/bin/python3'];

/**
 * A Python that has the module, for `describe.runIf`. Without one, returns undefined and prints why
 * the tests are skipped.
 * @throws Error when there is none and CI=true, where nothing may be skipped
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
