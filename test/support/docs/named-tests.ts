import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const TESTS = path.resolve(import.meta.dirname, '../..');
/** A string as the first argument, then the body: how it, test and describe are called, with .each or without. */
const TITLE = /\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1,\s*(?:async\b|\(|\{|\w+ =>)/g;

/** The titles of the tests and describes in a file below test/, as they are written there; undefined when there is no such file. */
function testTitles(file: string): ReadonlySet<string> | undefined {
  const full = path.join(TESTS, file);
  if (!existsSync(full)) return undefined;
  const titles = [...readFileSync(full, 'utf8').matchAll(TITLE)].map(([, , title = '']) =>
    title.replace(/\\(.)/g, '$1'),
  );
  return new Set(titles);
}

/** What is wrong with the name of a test, "unit/room/file.test.ts > title"; undefined when it exists. */
export function missingTest(name: string): string | undefined {
  const [file = '', title = ''] = name.split(/ > (.*)/s);
  const titles = testTitles(file);
  if (titles === undefined) return `there is no test/${file}`;
  return titles.has(title) ? undefined : `test/${file} has no test "${title}"`;
}
