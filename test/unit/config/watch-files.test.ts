import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
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

it('reports each time that a file is written, replaced, removed or made again', async () => {
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

it('reports that Kubernetes swaps the directory link of a mounted secret', async () => {
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

it('reports nothing for an unchanged file, or after the stop', async () => {
  const file = path.join(tempDirectory(), 'file');
  writeFileSync(file, 'one');
  let changes = 0;
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const watch = await watchFiles([file], () => void changes++, INTERVAL);
  vi.advanceTimersByTime(INTERVAL);
  await watch.stop();
  expect(changes).toBe(0);
  writeFileSync(file, 'two');
  expect(vi.getTimerCount()).toBe(0);
  expect(changes).toBe(0);
});

it('reads again what changes while it is read', async () => {
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
