import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCommand } from '../support/clients/run-command.ts';
import { childProcesses, isAlive } from '../support/servers/child-processes.ts';
import { MAIN } from '../support/servers/spawn-server.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const NPM = { ...process.env, npm_config_update_notifier: 'false' };

/** A package whose script `start` and whose program run a server. */
function makePackage(): { readonly directory: string; readonly readyFile: string } {
  const directory = tempDirectory();
  const readyFile = path.join(directory, 'ready.json');
  const ports = '--enrol-port 0 --api-port 0 --ops-port 0';
  const command = `"${process.execPath}" "${MAIN}" dev ${ports} --ready-file "${readyFile}"`;
  const scripts = { start: command };
  const manifest = { name: 'one', version: '1.0.0', bin: { one: './one.sh' }, scripts };
  writeFileSync(path.join(directory, 'package.json'), JSON.stringify(manifest));
  writeFileSync(path.join(directory, 'one.sh'), `#!/bin/sh\nexec ${command}\n`, { mode: 0o755 });
  return { directory, readyFile };
}

it.each([
  ['npm start', ['npm', 'start']],
  ['npx', ['npx', 'one']],
])('SIGTERM to %s ends the server too', async (_, [program = '', ...args]) => {
  const { directory, readyFile } = makePackage();
  const npm = spawn(program, args, {
    ...{ cwd: directory, env: NPM },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  npm.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  // The server holds standard error open, so this is its end as well.
  const closed = once(npm, 'close');
  await expect.poll(() => existsSync(readyFile)).toBe(true);
  const below = childProcesses(npm.pid ?? 0).flatMap((pid) => [pid, ...childProcesses(pid)]);
  onTestFinished(() => {
    for (const pid of below.filter(isAlive)) process.kill(pid, 'SIGKILL');
  });
  npm.kill('SIGTERM');
  await closed;
  expect(log).toContain('"msg":"draining"');
  expect(below.filter(isAlive)).toEqual([]);
});

it('npm run build makes a program that can be executed', async () => {
  const directory = tempDirectory();
  copyFileSync(path.join(ROOT, 'package.json'), path.join(directory, 'package.json'));
  const [main, compiler] = ['dist/main.js', 'node_modules/.bin/tsc'].map((name) =>
    path.join(directory, name),
  ) as [string, string];
  mkdirSync(path.dirname(main), { recursive: true });
  mkdirSync(path.dirname(compiler), { recursive: true });
  // Stands in for the compiler, which writes files that are not executable.
  writeFileSync(compiler, '#!/bin/sh\necho built >dist/main.js\n', { mode: 0o755 });
  for (const mode of [undefined, 0o644]) {
    if (mode !== undefined) chmodSync(main, mode);
    const { code } = await runCommand('npm', ['run', 'build'], { cwd: directory });
    expect([code, statSync(main).mode & 0o111]).toEqual([0, 0o111]);
  }
  expect(statSync(MAIN).mode & 0o111).toBe(0o111);
});

describe('npm start', () => {
  /** A package that counts its builds; a build fails while its source has a fault. */
  function makeSources() {
    const directory = tempDirectory();
    const inside = (name: string) => path.join(directory, name);
    const build =
      'mkdir -p dist && echo built >>builds && test ! -e src/fault.ts && touch dist/main.js';
    writeFileSync(inside('package.json'), JSON.stringify({ scripts: { build } }));
    mkdirSync(inside('src/room'), { recursive: true });
    writeFileSync(inside('src/room/one.ts'), '1');
    const start = async () => {
      const script = path.join(ROOT, '.ci/build-when-changed.mjs');
      return (await runCommand(process.execPath, [script], { cwd: directory, env: NPM })).code;
    };
    const builds = () => readFileSync(inside('builds'), 'utf8').trim().split('\n').length;
    return { inside, start, builds };
  }

  it('builds at the first start, and later only what has changed', async () => {
    const { inside, start, builds } = makeSources();
    expect([await start(), await start(), builds()]).toEqual([0, 0, 1]);
    writeFileSync(inside('src/room/one.ts'), '2');
    expect([await start(), await start(), builds()]).toEqual([0, 0, 2]);
    writeFileSync(inside('src/room/two.ts'), '');
    expect([await start(), await start(), builds()]).toEqual([0, 0, 3]);
    rmSync(inside('dist/main.js'));
    expect([await start(), await start(), builds()]).toEqual([0, 0, 4]);
    writeFileSync(inside('package-lock.json'), '{}');
    expect([await start(), await start(), builds()]).toEqual([0, 0, 5]);
  });

  it('builds again after a build that has failed', async () => {
    const { inside, start, builds } = makeSources();
    expect(await start()).toBe(0);
    writeFileSync(inside('src/fault.ts'), '');
    expect([await start(), await start(), builds()]).toEqual([1, 1, 3]);
    rmSync(inside('src/fault.ts'));
    expect([await start(), builds()]).toEqual([0, 4]);
  });
});
