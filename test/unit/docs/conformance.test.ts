import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingTest } from '../../support/docs/named-tests.ts';

const PAGE = path.resolve(import.meta.dirname, '../../../docs/rfc8894-conformance.md');

interface Row {
  readonly name: string;
  readonly state: string;
  readonly how: string;
  readonly tests: readonly string[];
}

const ROWS: readonly Row[] = readFileSync(PAGE, 'utf8')
  .split('\n')
  .filter((line) => /^\| [CS]\d/.test(line))
  .map((line) => {
    const [name = '', , state = '', how = '', proof = ''] = line
      .split(/ *\| */)
      .slice(1)
      .map((cell) => cell.trim());
    return {
      name,
      state,
      how,
      tests: [...proof.matchAll(/`test\/([^`]+)`/g)].map(([, id = '']) => id),
    };
  });

function numbered(letter: string, last: number): string[] {
  return Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);
}

it('every requirement and every attack has its row, in order', () => {
  const requirements = numbered('C', 70).flatMap((name) =>
    // Two more stand after the row of their number, one before the next section.
    ['C16', 'C17', 'C58'].includes(name) ? [name, `${name}a`] : [name],
  );
  expect(ROWS.map(({ name }) => name)).toEqual([...requirements, ...numbered('S', 26)]);
});

describe.each(ROWS)('$name', ({ state, how, tests }) => {
  it('is in one of the three states, and says why it is not done', () => {
    expect(['done', 'partly', 'deviates']).toContain(state);
    if (state === 'done') expect(tests).not.toEqual([]);
    else expect(how).not.toBe('');
  });

  it('names tests that exist', () => {
    expect(tests.map(missingTest).filter(Boolean)).toEqual([]);
  });
});

it('a test that does not exist is noticed', () => {
  expect(missingTest('unit/docs/conformance.test.ts > a test that does not exist is noticed')).toBe(
    undefined,
  );
  expect(missingTest('unit/docs/conformance.test.ts > another')).toMatch(/has no test "another"/);
  expect(missingTest('unit/docs/nowhere.test.ts > another')).toMatch(/there is no/);
});
