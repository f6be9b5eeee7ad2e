import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CONNECTOR_TAGS, type ConnectorTag } from '../../../src/connectors/tags/connector-tags.ts';

const PAGE = path.resolve(import.meta.dirname, '../../../docs/connector-tags.md');

it('generates the table of docs/connector-tags.md from the code', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.split('<!-- table -->')[0], page.split('<!-- /table -->')[1]];
  await expect(
    `${before}<!-- table -->\n\n${table()}\n\n<!-- /table -->${after}`,
  ).toMatchFileSnapshot(PAGE);
});

function table(): string {
  const rows = Object.entries<ConnectorTag>(CONNECTOR_TAGS).flatMap(([name, tag]) =>
    values(tag).map(([value, effect], index) =>
      index === 0 ? [`\`${name}\``, value, effect, tag.byDefault] : ['', value, effect, ''],
    ),
  );
  const head = ['tag', 'value', 'effect', 'without it'];
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...rows].map(line).join('\n');
}

function values({
  words,
  duration,
  identifiers,
  fingerprints,
}: ConnectorTag): [value: string, effect: string][] {
  const rows = Object.entries(words).map(([word, effect]): [string, string] => [
    `\`${word}\``,
    effect,
  ]);
  if (fingerprints !== undefined) rows.push(['a SHA-256 fingerprint', fingerprints]);
  if (identifiers !== undefined) rows.push(['`1.2.3`, such as', identifiers]);
  if (duration === undefined) return rows;
  return [...rows, [`\`${duration.minimum}\` to \`${duration.maximum}\``, duration.meaning]];
}
