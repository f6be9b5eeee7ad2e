import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const TESTS = path.resolve(import.meta.dirname, '../..');
/**
 * A string as the first argument, then the function: a call of it or describe, with or without
 * .each.
 */
const TITLE = /\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1,\s*(?:async\b|\(|\{|\w+ =>)/g;

/**
 * The titles of the tests and describes in a file below test/, as written there; undefined when
 * there is no such file.
 */
function testTitles(file: string): ReadonlySet<string> | undefined {
  const full = path.join(TESTS, file);
  if (!existsSync(full)) return undefined;
  const titles = [...readFileSync(full, 'utf8').matchAll(TITLE)].map(([, , title = '']) =>
    title.replace(/\\(.)/g, '$1'),
  );
  return new Set(titles);
}

/** Why no test has this name, "unit/room/file.test.ts > title"; undefined when one has. */
export function missingTest(name: string): string | undefined {
  const [file = '', title = ''] = name.split(/ > (.*)/s);
  const titles = testTitles(file);
  if (titles === undefined) return `there is no test/${file}`;
  return titles.has(title) ? undefined : `test/${file} has no test "${title}"`;
}
