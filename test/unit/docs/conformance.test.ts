import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingTest } from '../../support/docs/named-tests.ts';

const DOCS = path.resolve(import.meta.dirname, '../../../docs');
const PAGE = readFileSync(path.join(DOCS, 'rfc8894-conformance.md'), 'utf8');
const TESTS_PAGE = readFileSync(path.join(DOCS, 'rfc8894-conformance-tests.md'), 'utf8');
const WIDEST_LINE = 120;

interface Row {
  readonly name: string;
  readonly state: string;
  readonly note: string;
  readonly tests: readonly string[];
}

/** The items "- **C1**..." of a page with the lines that belong to each. */
function itemsOf(page: string): ReadonlyMap<string, string> {
  const items = [...page.matchAll(/^- \*\*([CS]\d+a?)\*\*:?(.*(?:\n {2}.*)*)/gm)];
  const pairs = items.map(([, name = '', text = '']) => [name, text.trim()] as const);
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length);
  return new Map(pairs);
}

const NOTES = itemsOf(PAGE);
const TESTS = itemsOf(TESTS_PAGE);

const ROWS: readonly Row[] = PAGE.split('\n')
  .filter((line) => /^\| [CS]\d/.test(line))
  .map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const name = cells[1] ?? '';
    const tests = [...(TESTS.get(name) ?? '').matchAll(/`test\/([^`]+)`/g)];
    return {
      name,
      state: cells.at(-2) ?? '',
      note: NOTES.get(name) ?? '',
      tests: tests.map(([, test = '']) => test),
    };
  });

function numbered(letter: string, last: number): string[] {
  return Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);
}

it('has a row for every requirement and every attack, in order', () => {
  // C16a, C17a and C58a are rows of their own, each after the row of its number.
  const requirements = numbered('C', 70).flatMap((name) =>
    ['C16', 'C17', 'C58'].includes(name) ? [name, `${name}a`] : [name],
  );
  expect(ROWS.map(({ name }) => name)).toEqual([...requirements, ...numbered('S', 26)]);
});

describe.each(ROWS)('$name', ({ state, note, tests }) => {
  it('is in one of the three states and, if it is not done, has a note that says why', () => {
    expect(['done', 'partly', 'deviates']).toContain(state);
    if (state === 'done') expect(tests).not.toEqual([]);
    else expect(note).not.toBe('');
  });

  it('names tests that exist', () => {
    expect(tests.map(missingTest).filter(Boolean)).toEqual([]);
  });
});

it('has notes and tests only for rows of the table, in their order', () => {
  const names = ROWS.map(({ name }) => name);
  const withTests = ROWS.filter(({ tests }) => tests.length > 0);
  expect([...NOTES.keys()]).toEqual(names.filter((name) => NOTES.has(name)));
  expect([...TESTS.keys()]).toEqual(withTests.map(({ name }) => name));
});

it('names a test on every line of the page of tests that is indented', () => {
  const indented = TESTS_PAGE.split('\n').filter((line) => line.startsWith('  '));
  expect(indented.length).toBe(ROWS.flatMap(({ tests }) => tests).length);
});

it('fits a screen', () => {
  expect(PAGE.split('\n').filter((line) => line.length > WIDEST_LINE)).toEqual([]);
});

it('notices a test that does not exist', () => {
  expect(missingTest('unit/docs/conformance.test.ts > fits a screen')).toBe(undefined);
  expect(missingTest('unit/docs/conformance.test.ts > another')).toMatch(/has no test "another"/);
  expect(missingTest('unit/docs/nowhere.test.ts > another')).toMatch(/there is no/);
});
