import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CONDITION_KEYS } from '../../../src/aws-wire/policy/condition-keys.ts';
import { CONDITION_OPERATORS } from '../../../src/aws-wire/policy/condition-operators.ts';
import { parsePolicy } from '../../../src/aws-wire/policy/parse-policy.ts';

const PAGE = path.resolve(import.meta.dirname, '../../../docs/iam-policies.md');

it('generates the lists of docs/iam-policies.md from the code', async () => {
  const page = readFileSync(PAGE, 'utf8');
  await expect(filled(filled(page, 'keys', keys()), 'operators', operators())).toMatchFileSnapshot(
    PAGE,
  );
});

it('accepts the example of docs/iam-policies.md', () => {
  const [, example = ''] = /```json\n(.*?)```/s.exec(readFileSync(PAGE, 'utf8')) ?? [];
  expect(parsePolicy(example).statements).toHaveLength(3);
});

function filled(page: string, name: string, text: string): string {
  const [before] = page.split(`<!-- ${name} -->`);
  const [, after] = page.split(`<!-- /${name} -->`);
  return `${before}<!-- ${name} -->\n\n${text}\n\n<!-- /${name} -->${after}`;
}

function keys(): string {
  return Object.entries(CONDITION_KEYS)
    .map(([key, meaning]) => `- \`${key}\`: ${meaning}`)
    .join('\n');
}

function operators(): string {
  return `${CONDITION_OPERATORS.map((name) => `\`${name}\``).join(', ')}.`;
}
