import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { makeDataDir } from '../../../src/config/make-data-dir.ts';
import { UsageError } from '../../../src/config/usage-error.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>();
  return { ...actual, access: vi.fn(actual.access) };
});

it('refuses in one line a directory that belongs to somebody else or is read-only', async () => {
  const directory = join(tempDirectory(), 'data');
  await makeDataDir(directory);
  vi.mocked(access).mockRejectedValueOnce(Object.assign(new Error(), { code: 'EACCES' }));
  const refused = makeDataDir(directory);
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(/ cannot be made or written to \(EACCES\)/);
});
