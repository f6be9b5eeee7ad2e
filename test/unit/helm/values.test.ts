import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listSettings } from '../../../src/config/setting.ts';
import { SETTINGS } from '../../../src/config/settings.ts';
import { chartSchema, OWN_SETTINGS } from '../../support/chart/chart-schema.ts';
import { CHART, readChartValues } from '../../support/chart/chart-values.ts';
import { markdownTable, withSection } from '../../support/docs/markdown-table.ts';

const values = readChartValues();
const README = path.join(CHART, 'README.md');
const settings = listSettings(SETTINGS);

describe('the values of the chart', () => {
  it('have a description each', () => {
    expect(values.filter(({ meaning }) => meaning === '').map(({ path }) => path)).toEqual([]);
    expect(values.length).toBeGreaterThan(70);
  });

  it('are those of values.schema.json, and the settings under config are those of the server', async () => {
    const schema = `${JSON.stringify(chartSchema(values), null, 2)}\n`;
    await expect(schema).toMatchFileSnapshot(path.join(CHART, 'values.schema.json'));
  });

  it('are those of the table in helm/README.md', async () => {
    const rows = values.map(({ path, meaning, byDefault }) => [
      ...[`\`${path}\``, meaning.replaceAll('|', '\\|'), defaultOf(byDefault)],
    ]);
    const table = markdownTable(['value', 'meaning', 'default'], rows);
    const page = readFileSync(README, 'utf8');
    await expect(withSection(page, 'values', table)).toMatchFileSnapshot(README);
  });

  it('replace only settings that exist', () => {
    const unknown = OWN_SETTINGS.filter(
      (own) => !settings.some(({ path }) => path === own || path.startsWith(`${own}.`)),
    );
    expect(unknown).toEqual([]);
  });

  it('include no secret setting of the server', () => {
    const schema = JSON.stringify(chartSchema(values));
    for (const { path, setting } of settings.filter(({ setting }) => setting.secret)) {
      expect(schema, path).not.toContain(setting.meaning);
    }
  });
});

function defaultOf(value: unknown): string {
  return value === '' ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
