import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadDevCredential } from '../../../src/config/dev-credential.ts';
import { UsageError } from '../../../src/config/usage-error.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const ACCOUNT = '000000000000';

it('makes a pair once, for its owner alone, and finds it again', async () => {
  const directory = tempDirectory();
  const credential = await loadDevCredential(directory, ACCOUNT);
  expect(credential).toMatchObject({ accountId: ACCOUNT, userName: 'dev' });
  expect(credential.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
  const secret = credential.secretAccessKey.export().toString();
  expect(secret).toMatch(/^[A-Za-z0-9+/]{40}$/);
  const again = await loadDevCredential(directory, ACCOUNT);
  expect(again.accessKeyId).toBe(credential.accessKeyId);
  expect(again.secretAccessKey.equals(credential.secretAccessKey)).toBe(true);
  const file = join(directory, 'credentials.json');
  expect(readFileSync(file, 'utf8')).toContain(secret);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('gives the same pair to processes that start at the same moment', async () => {
  for (let round = 0; round < 20; round += 1) {
    const directory = tempDirectory();
    const starts = [1, 2, 3].map(() => loadDevCredential(directory, ACCOUNT));
    const ids = new Set((await Promise.all(starts)).map(({ accessKeyId }) => accessKeyId));
    expect(ids.size).toBe(1);
    expect(readdirSync(directory)).toEqual(['credentials.json']);
  }
});

it.each(['', '[]', '[{"accessKeyId":'])('does not replace a damaged file (%s)', async (text) => {
  const directory = tempDirectory();
  const file = join(directory, 'credentials.json');
  writeFileSync(file, text);
  await expect(loadDevCredential(directory, ACCOUNT)).rejects.toThrow(UsageError);
  expect(readFileSync(file, 'utf8')).toBe(text);
});
