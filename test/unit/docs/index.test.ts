import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const DOCS = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md'))
  .map((file) => path.join('docs', file));
const OTHERS = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'].concat(
  ['CODE_OF_CONDUCT.md', 'helm/README.md', 'certs/README.md', 'certs/trust-anchors/README.md'],
  ['test/golden/README.md', 'test/support/models/README.md'],
);
const PAGES = [...DOCS, ...OTHERS];
const LINK = /\]\(([^)\s]+)\)/g;

function read(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8');
}

/** The targets of a page's links that are no URL, outside of blocks of code. */
function linksOf(page: string): readonly string[] {
  const prose = read(page).replaceAll(/^ *```.*?^ *```/gms, '');
  return [...prose.matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The file that a link names, from the root of the project; the page itself for "#part". */
function fileOf(page: string, target: string): string {
  const [file = ''] = target.split('#');
  return file === '' ? page : path.join(path.dirname(page), file);
}

/** The anchors of a page's headings, as GitHub forms them. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text);
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe.each([
  ['docs/README.md', 'docs'],
  ['docs/adr/README.md', 'docs/adr'],
])('%s', (index, directory) => {
  it('links to every page of its directory', () => {
    const linked = linksOf(index).map((target) => fileOf(index, target));
    const pages = DOCS.filter((page) => path.dirname(page) === directory && page !== index);
    expect(pages.filter((page) => !linked.includes(page))).toEqual([]);
  });
});

it.each(PAGES)('%s links only to files and headings that exist', (page) => {
  const wrong = linksOf(page).filter((target) => {
    const file = fileOf(page, target);
    if (!existsSync(path.join(ROOT, file))) return true;
    const [, anchor] = target.split('#');
    return anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).has(anchor);
  });
  expect(wrong).toEqual([]);
});

it('notices a link to a heading that does not exist', () => {
  expect(anchorsOf('docs/README.md')).toContain('operate-it');
  expect(anchorsOf('docs/README.md')).not.toContain('nowhere');
});
