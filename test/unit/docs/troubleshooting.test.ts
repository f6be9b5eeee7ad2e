import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { REFUSAL_REASONS, type RefusalReason } from '../../../src/scep/refusal.ts';

const PAGE = path.resolve(import.meta.dirname, '../../../docs/troubleshooting.md');
const REASONS = Object.keys(REFUSAL_REASONS) as RefusalReason[];
/** The page from "By reason" on, cut at its headings. */
const SECTIONS = readFileSync(PAGE, 'utf8').split(/^### /m).slice(1);

it('has a section for every reason, in the order of src/scep/refusal.ts, and no other', () => {
  const titles = SECTIONS.map((section) => section.split('\n', 1)[0]);
  expect(titles).toEqual(REASONS.map((reason) => `\`${reason}\``));
});

describe.each(REASONS)('%s', (reason) => {
  const { failInfo, text } = REFUSAL_REASONS[reason];
  const section = SECTIONS.find((candidate) => candidate.startsWith(`\`${reason}\``)) ?? '';

  it('has the text for the client, its meaning and advice', () => {
    const [, told, meaning, ...advice] = section.trim().split('\n\n');
    expect(told).toBe(`${failInfo}: “${text}”`);
    expect(meaning).toMatch(/\w{3,}.*\.$/s);
    expect(advice.join('\n')).toMatch(/^- \S/);
  });
});
