import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CREDENTIAL_VARIABLES } from '../../../src/config/credential-environment.ts';
import { parseSettings } from '../../../src/config/parse-settings.ts';
import { readSettingsFile } from '../../../src/config/read-settings-file.ts';
import { listSettings, type NamedSetting } from '../../../src/config/setting.ts';
import { SETTINGS } from '../../../src/config/settings.ts';
import { markdownTable, withSection } from '../../support/docs/markdown-table.ts';

const PAGE = path.resolve(import.meta.dirname, '../../../docs/configuration.md');
const page = readFileSync(PAGE, 'utf8');
const settings = listSettings(SETTINGS);
const rates = settings.filter(({ path: name }) => name.startsWith('api.rates.'));
const others = settings.filter((one) => !rates.includes(one));

function settingsTable(): string {
  return markdownTable(
    ['setting', 'variable', 'meaning', 'takes', 'default'],
    others.map(({ path: name, variable, setting }) => [
      setting.secret ? 'not in the file' : `\`${name}\``,
      `\`${variable}\``,
      setting.meaning,
      setting.takes,
      defaultOf(setting),
    ]),
  );
}

function defaultOf({ byDefault, defaultText }: NamedSetting['setting']): string {
  return byDefault === undefined ? defaultText : `\`${defaultText}\``;
}

function ratesTable(): string {
  return markdownTable(
    ['operation', 'variable', 'default'],
    rates.map(({ path: name, variable, setting }) => [
      `\`${name.replace('api.rates.', '')}\``,
      `\`${variable}\``,
      `${setting.defaultText}${/ \(.*\)$/.exec(setting.meaning)?.[0] ?? ''}`,
    ]),
  );
}

it('generates the tables of docs/configuration.md from the settings', async () => {
  const made = withSection(withSection(page, 'settings', settingsTable()), 'rates', ratesTable());
  await expect(made).toMatchFileSnapshot(PAGE);
});

it('accepts the example of docs/configuration.md', () => {
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const { mistakes } = parseSettings([readSettingsFile(SETTINGS, 'example', example)]);
  expect(mistakes).toEqual([]);
});

it('gives each environment variable a name of its own', () => {
  const variables = [...settings.map(({ variable }) => variable), ...CREDENTIAL_VARIABLES];
  expect(new Set(variables).size).toBe(variables.length);
});
