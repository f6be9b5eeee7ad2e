// Runs `npm run build` unless the program is built already from these sources, for `npm start`.
// What was built is noted last, so that a build that was cut off is not taken for complete.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAM = 'dist/main.js';
const NOTE = 'dist/.built-from';

/** Everything that the build depends on, and the release of Node.js that runs it. */
function digestOfSources() {
  const hash = createHash('sha256').update(process.version);
  const inFolder = readdirSync('src', { recursive: true }).map((name) => join('src', name));
  const single = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  for (const file of [...inFolder.filter((name) => name.endsWith('.ts')).sort(), ...single]) {
    if (existsSync(file)) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

const wanted = digestOfSources();
const isBuilt =
  existsSync(PROGRAM) && existsSync(NOTE) && readFileSync(NOTE, 'utf8').trim() === wanted;
if (!isBuilt) {
  rmSync(NOTE, { force: true });
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  if (status === 0) writeFileSync(NOTE, `${wanted}\n`);
  else process.exitCode = status ?? 1;
}
