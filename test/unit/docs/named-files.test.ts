import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');

function filesIn(directory: string, ending: RegExp): readonly string[] {
  return readdirSync(path.join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file))
    .map((file) => path.join(directory, file));
}

/** The prose of a file: a page as a whole, of a source file its comments. */
function readProse(file: string): string {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  if (file.endsWith('.md')) return text;
  const lines = text.split('\n').filter((line) => /^\s*(\*|\/\*\*|\/\/)/.test(line));
  return lines.join('\n');
}

const PAGES = ['README.md', 'CONTRIBUTING.md', 'helm/README.md', ...filesIn('docs', /\.md$/)];
const SOURCES = ['src', 'test', 'bench'].flatMap((directory) => filesIn(directory, /\.ts$/));
const NAME = /(?<![\w./-])(?:src|test|docs|helm|bench|certs)\/[\w./-]+\.(?:ts|md|sh|json|yaml)\b/g;

it('finds every file that a page or a comment names by its path', () => {
  const missing = [...PAGES, ...SOURCES].flatMap((file) =>
    [...readProse(file).matchAll(NAME)]
      .map(([name]) => name)
      .filter((name) => !existsSync(path.join(ROOT, name)))
      .map((name) => `${file}: ${name}`),
  );
  expect(missing).toEqual([]);
});

const DECISIONS = PAGES.filter((page) => page.startsWith('docs/adr/'));

it.each(['docs/architecture.md', ...DECISIONS])(
  '%s names files that exist, by the end of their paths',
  (page) => {
    const missing = [...readProse(page).matchAll(/`([\w/-]+\.ts)`/g)]
      .map(([, name = '']) => name)
      .filter((name) => !SOURCES.some((file) => `/${file}`.endsWith(`/${name}`)));
    expect(missing).toEqual([]);
  },
);

it('finds names of files in docs/architecture.md', () => {
  const names = [...readProse('docs/architecture.md').matchAll(/`([\w/-]+\.ts)`/g)];
  expect(names.length).toBeGreaterThan(30);
});
