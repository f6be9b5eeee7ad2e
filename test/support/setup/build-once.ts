import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const BUILD_INFO = path.join(ROOT, 'dist/.tsbuildinfo');

/**
 * vitest's global setup: builds dist/ from src/, so that tests can start the real program. `npm run
 * check` looks for type errors; here they would stop unrelated tests.
 * @throws Error with the compiler's output when the program cannot be built
 */
export function setup(): void {
  if (isUpToDate()) return;
  const compiler = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const build = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--noCheck'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (build.status !== 0) {
    throw new Error(`the build failed:\n${build.stdout}${build.stderr}`);
  }
  chmodSync(path.join(ROOT, 'dist/main.js'), 0o755);
}

function isUpToDate(): boolean {
  if (!existsSync(BUILD_INFO)) return false;
  const built = statSync(BUILD_INFO).mtimeMs;
  const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join('src', file));
  const inputs = [...sources, 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
  return inputs.every((file) => statSync(path.join(ROOT, file)).mtimeMs < built);
}
