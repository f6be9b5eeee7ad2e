import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { warningsOfSecretFiles } from '../../../src/config/exposed-files.ts';
import { defaultSettings } from '../../../src/config/parse-settings.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const directory = tempDirectory();

/** A settings tree that names a file of this mode in each place for a secret. */
function settingsWithFiles(mode: number) {
  const file = (name: string) => {
    const whole = path.join(directory, `${name}-${mode.toString(8)}`);
    writeFileSync(whole, 'secret');
    chmodSync(whole, mode);
    return whole;
  };
  const settings = defaultSettings();
  return {
    ...settings,
    masterKeyFile: file('master'),
    otherMasterKeyFile: file('other'),
    keyStore: { ...settings.keyStore, pinFile: file('pin') },
    store: {
      ...settings.store,
      redis: {
        ...settings.store.redis,
        passwordFile: file('password'),
        sentinelPasswordFile: file('sentinel'),
      },
    },
  };
}

it('names every file with a secret that others may read', async () => {
  const warnings = await warningsOfSecretFiles(settingsWithFiles(0o644));
  const names = warnings.map((warning) => path.basename(warning.split(' ')[0] ?? ''));
  expect(names).toEqual(['master-644', 'other-644', 'pin-644', 'password-644', 'sentinel-644']);
  expect(warnings[0]).toMatch(/give it the mode 600$/);
});

it('is silent about files of their owner, and without files', async () => {
  expect(await warningsOfSecretFiles(settingsWithFiles(0o600))).toEqual([]);
  expect(await warningsOfSecretFiles(defaultSettings())).toEqual([]);
});
