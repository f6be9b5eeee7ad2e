import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { loadMasterKey } from '../../../src/config/load-master-key.ts';
import { UsageError } from '../../../src/config/usage-error.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>();
  return { ...actual, writeFile: vi.fn(actual.writeFile) };
});

it('makes a key once, for its owner alone, and finds it again', async () => {
  const directory = tempDirectory();
  const key = await loadMasterKey(directory);
  expect(key).toHaveLength(32);
  expect(Buffer.compare(await loadMasterKey(directory), key)).toBe(0);
  const file = join(directory, 'master.key');
  expect(readFileSync(file, 'utf8').trim()).toBe(Buffer.from(key).toString('hex'));
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('gives the same whole key to processes that start at the same moment', async () => {
  for (let round = 0; round < 50; round += 1) {
    const directory = tempDirectory();
    const starts = Array.from({ length: 3 }, () => loadMasterKey(directory));
    const keys = new Set(
      (await Promise.all(starts)).map((key) => Buffer.from(key).toString('hex')),
    );
    expect(keys.size).toBe(1);
    expect(readdirSync(directory)).toEqual(['master.key']);
  }
});

it('leaves no file if writing the key fails, and succeeds at the next start', async () => {
  const directory = tempDirectory();
  vi.mocked(writeFile).mockImplementationOnce((file, _data, options) => {
    writeFileSync(String(file), 'half', options as { flag?: string });
    return Promise.reject(new Error('ENOSPC'));
  });
  await expect(loadMasterKey(directory)).rejects.toThrow('ENOSPC');
  expect(readdirSync(directory)).toEqual([]);
  expect(await loadMasterKey(directory)).toHaveLength(32);
});

it('does not replace a key that is missing while its store exists', async () => {
  const directory = tempDirectory();
  mkdirSync(join(directory, 'store'));
  writeFileSync(join(directory, 'store', 'data.mdb'), 'records');
  await expect(loadMasterKey(directory)).rejects.toThrow('master.key is gone');
  expect(readdirSync(directory)).toEqual(['store']);
});

it('reports a key that cannot be read as a usage error', async () => {
  const directory = tempDirectory();
  mkdirSync(join(directory, 'master.key'));
  await expect(loadMasterKey(directory)).rejects.toThrow(UsageError);
  await expect(loadMasterKey(directory)).rejects.toThrow(/master\.key cannot be read \(EISDIR\)/);
});

it('does not replace a damaged key', async () => {
  const directory = tempDirectory();
  writeFileSync(join(directory, 'master.key'), 'abc\n');
  await expect(loadMasterKey(directory)).rejects.toThrow(UsageError);
  expect(readFileSync(join(directory, 'master.key'), 'utf8')).toBe('abc\n');
});
