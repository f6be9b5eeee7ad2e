import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const TESTS = path.resolve(import.meta.dirname, '../..');
const INSTALLER = readFileSync(path.join(TESTS, 'install-clients.sh'), 'utf8');
/** Programs that only single tests run. */
const RARE = ['git', 'curl', 'keytool'];

const FILES = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('soak'))
  .map((file) => ({ file, text: readFileSync(path.join(TESTS, file), 'utf8') }));

/** The programs that a file asks requireClient for, where install-clients.sh installs them. */
function required(text: string): string[] {
  const calls = [...text.matchAll(/requireClient\(\s*'[^']*',\s*\[([^\]]*)\],?\s*\)/g)];
  return calls.flatMap(([, programs = '']) =>
    [...programs.matchAll(/'([^'/]+)'/g)].map(([, program = '']) => program),
  );
}

function run(text: string): string[] {
  const calls = text.matchAll(/(?:spawn|spawnSync|runCommand|runOrThrow)\(\s*'([\w-]+)'/g);
  return [...calls].map(([, program = '']) => program);
}

describe('test/install-clients.sh', () => {
  const programs = [...new Set(FILES.flatMap(({ text }) => required(text)))];

  it.each(programs)('installs %s, which tests are skipped without', (program) => {
    expect(INSTALLER).toMatch(new RegExp(`command -v ${program} `));
  });

  it.each(RARE)('installs %s', (program) => {
    expect(programs).toContain(program);
  });
});

it.each(RARE)('a test that runs %s is skipped without it', (program) => {
  const running = FILES.filter(({ text }) => run(text).includes(program));
  expect(running).not.toEqual([]);
  expect(running.filter(({ text }) => !required(text).includes(program))).toEqual([]);
});
