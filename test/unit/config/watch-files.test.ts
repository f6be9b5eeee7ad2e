import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { watchFiles } from '../../../src/config/watch-files.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const INTERVAL = 10;

async function watched(file: string): Promise<() => number> {
  let changes = 0;
  const watch = await watchFiles([file], () => void changes++, INTERVAL);
  onTestFinished(() => watch.stop());
  return () => changes;
}

const oneMore = (changes: () => number, than: number) => expect.poll(changes).toBe(than + 1);

it('a file that is written, replaced, removed and made again has changed each time', async () => {
  const directory = tempDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'one');
  const changes = await watched(file);
  writeFileSync(file, 'two, longer');
  await oneMore(changes, 0);
  const other = path.join(directory, 'other');
  writeFileSync(other, 'two, longer');
  renameSync(other, file);
  await oneMore(changes, 1);
  rmSync(file);
  await oneMore(changes, 2);
  writeFileSync(file, 'two, longer');
  await oneMore(changes, 3);
});

it('the swap of a mounted Kubernetes secret: a link to a directory is replaced', async () => {
  const directory = tempDirectory();
  const mount = (version: string) => {
    mkdirSync(path.join(directory, version));
    writeFileSync(path.join(directory, version, 'tls.crt'), 'same length');
    utimesSync(path.join(directory, version, 'tls.crt'), 1, 1);
    symlinkSync(version, path.join(directory, '..data_tmp'));
    renameSync(path.join(directory, '..data_tmp'), path.join(directory, '..data'));
  };
  mount('..one');
  symlinkSync('..data/tls.crt', path.join(directory, 'tls.crt'));
  const changes = await watched(path.join(directory, 'tls.crt'));
  mount('..two');
  await oneMore(changes, 0);
});

it('nothing is called for a file that stays, nor after stop', async () => {
  const file = path.join(tempDirectory(), 'file');
  writeFileSync(file, 'one');
  let changes = 0;
  const watch = await watchFiles([file], () => void changes++, INTERVAL);
  await sleep(5 * INTERVAL);
  expect(changes).toBe(0);
  await watch.stop();
  writeFileSync(file, 'two');
  await sleep(5 * INTERVAL);
  expect(changes).toBe(0);
});

it('what changes while it is read is read again', async () => {
  const file = path.join(tempDirectory(), 'file');
  writeFileSync(file, 'one');
  const answers: boolean[] = [];
  const changed = async (areStill: () => Promise<boolean>) => {
    if (answers.length === 0) writeFileSync(file, 'three, the longest');
    answers.push(await areStill());
  };
  const watch = await watchFiles([file], changed, INTERVAL);
  onTestFinished(() => watch.stop());
  writeFileSync(file, 'two, longer');
  await expect.poll(() => answers).toEqual([false, true]);
});
