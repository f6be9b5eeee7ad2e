import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type WatchedCredentials,
  watchCredentials,
} from '../../../src/config/watch-credentials.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const SECRET = 'watched/secret/access/key/of/no/account+';
const ALICE = 'AKIAALICEALICEALICE0';
const BOB = 'AKIABOBBOBBOBBOBBOB0';

function write(file: string, ...ids: readonly string[]): void {
  const list = ids.map((accessKeyId) => ({
    accessKeyId,
    secretAccessKey: SECRET,
    accountId: '111122223333',
    userName: 'someone',
  }));
  writeFileSync(file, JSON.stringify(list), { mode: 0o600 });
}

const watches: WatchedCredentials[] = [];
afterEach(async () => {
  await Promise.all(watches.splice(0).map((watch) => watch.stop()));
});

async function watched(file: string, intervalMs = 10) {
  const lines: string[] = [];
  const log = createLogger('info', { write: (line: string) => lines.push(line) });
  const watch = await watchCredentials(file, log, intervalMs);
  watches.push(watch);
  const find = (id: string) => watch.findCredential(id)?.accessKeyId;
  return { find, lines, stop: () => watch.stop() };
}

function credentialsFile(...ids: readonly string[]): string {
  const file = join(tempDirectory(), 'credentials.yaml');
  write(file, ...ids);
  return file;
}

/** Resolves after further looks at the files: another watch has seen three changes. */
async function untilFurtherLooks(): Promise<void> {
  const file = credentialsFile(ALICE);
  const { find } = await watched(file);
  for (const id of [BOB, ALICE, BOB]) {
    write(file, id);
    await expect.poll(() => find(id)).toBe(id);
  }
}

it('does not take a member of every object for a credential', async () => {
  const { find } = await watched(credentialsFile(ALICE));
  expect(find(ALICE)).toBe(ALICE);
  expect(find('__proto__')).toBeUndefined();
});

describe('a change', () => {
  it('is noticed if the file is overwritten', async () => {
    const file = credentialsFile(ALICE);
    const { find, lines } = await watched(file);
    write(file, BOB);
    await expect.poll(() => find(BOB)).toBe(BOB);
    expect(find(ALICE)).toBeUndefined();
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ credentials: 1 }]);
  });

  it('is noticed if the file is replaced', async () => {
    const file = credentialsFile(ALICE);
    const { find } = await watched(file);
    write(`${file}.new`, ALICE, BOB);
    renameSync(`${file}.new`, file);
    await expect.poll(() => find(BOB)).toBe(BOB);
  });

  it('is noticed if Kubernetes swaps the directory link of a mounted secret', async () => {
    const mount = tempDirectory();
    for (const [version, id] of [
      ['..1', ALICE],
      ['..2', BOB],
    ] as const) {
      mkdirSync(join(mount, version));
      write(join(mount, version, 'credentials.yaml'), id);
    }
    symlinkSync('..1', join(mount, '..data'));
    symlinkSync('..data/credentials.yaml', join(mount, 'credentials.yaml'));
    const { find } = await watched(join(mount, 'credentials.yaml'));
    expect(find(ALICE)).toBe(ALICE);
    symlinkSync('..2', join(mount, '..data_tmp'));
    renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
    await expect.poll(() => find(BOB)).toBe(BOB);
    expect(find(ALICE)).toBeUndefined();
  });

  it('is not taken while the file is being written, even if it is valid', async () => {
    const file = credentialsFile(ALICE);
    const { find } = await watched(file, 100);
    write(file, BOB);
    for (const end = performance.now() + 1_000; performance.now() < end; ) {
      // In each turn of the event loop, so that no two looks find the same.
      appendFileSync(file, '\n');
      await nextTurn();
    }
    expect([find(ALICE), find(BOB)]).toEqual([ALICE, undefined]);
    await expect.poll(() => find(BOB)).toBe(BOB);
  });

  it('to a wrong file keeps the old credentials, logs one line, and the next good file counts', async () => {
    const file = credentialsFile(ALICE);
    const { find, lines } = await watched(file);
    writeFileSync(file, `- secretAccessKey: ${SECRET}`);
    await expect.poll(() => lines).toHaveLength(1);
    await untilFurtherLooks();
    expect(find(ALICE)).toBe(ALICE);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"level":50');
    expect(lines[0]).toContain('accountId is required');
    expect(lines[0]).not.toContain(SECRET);
    write(file, BOB);
    await expect.poll(() => find(BOB)).toBe(BOB);
  });

  it('that removes the file keeps the old credentials', async () => {
    const file = credentialsFile(ALICE);
    const { find, lines } = await watched(file);
    rmSync(file);
    await expect.poll(() => lines).toHaveLength(1);
    expect(find(ALICE)).toBe(ALICE);
    expect(lines[0]).toContain('ENOENT');
  });

  it('is not noticed after the stop', async () => {
    const file = credentialsFile(ALICE);
    const { find, stop } = await watched(file);
    await stop();
    const other = await watched(file);
    write(file, BOB);
    await expect.poll(() => other.find(BOB)).toBe(BOB);
    expect(find(BOB)).toBeUndefined();
  });
});

it('refuses a wrong file at the start', async () => {
  await expect(watched(join(tempDirectory(), 'none'))).rejects.toThrow(/ENOENT/);
});

it('warns about a file that is open to others', async () => {
  const file = join(tempDirectory(), 'credentials.yaml');
  writeFileSync(file, '[]', { mode: 0o644 });
  const { lines } = await watched(file);
  expect(lines).toEqual([expect.stringContaining('is open to others')]);
});
