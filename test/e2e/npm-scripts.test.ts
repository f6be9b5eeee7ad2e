import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
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
