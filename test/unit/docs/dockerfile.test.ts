import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireClient } from '../../support/clients/require-client.ts';
import {
  type Instruction,
  parseDockerfile,
  readCopy,
  readDockerignore,
  readExecForm,
  readPairs,
} from '../../support/docs/parse-dockerfile.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const read = (name: string) => readFileSync(path.join(ROOT, name), 'utf8');

// The steps themselves are replayed by test/soak/dockerfile.test.ts.
describe('the Dockerfile', () => {
  const stages = parseDockerfile(read('Dockerfile'));
  const isSent = readDockerignore(read('.dockerignore'));
  const copies = stages
    .flatMap(({ instructions }) => instructions)
    .filter(({ name }) => name === 'COPY')
    .map(({ text }) => readCopy(text));

  function last(name: string): string {
    const found = stages.at(-1)?.instructions.findLast((one: Instruction) => one.name === name);
    return found?.text ?? '';
  }

  const sources = copies.filter(({ from }) => from === undefined).flatMap((copy) => copy.sources);

  it('copies files that exist, and .dockerignore keeps secrets out', () => {
    expect(sources.filter((source) => !existsSync(path.join(ROOT, source)))).toEqual([]);
    for (const key of ['certs/dev.key', 'data/master.key', '.env', 'test/golden/key.pem']) {
      expect(isSent(key)).toBe(false);
    }
  });

  it.runIf(requireClient('git', ['git']))('.dockerignore admits only what is copied', () => {
    const isCopied = (file: string) =>
      sources.some((source) => file === source || file.startsWith(`${source}/`));
    const files = spawnSync('git', ['ls-files', '-co'], { cwd: ROOT, encoding: 'utf8' }).stdout;
    const odd = files.split('\n').filter((file) => isSent(file) !== isCopied(file));
    expect(odd.filter((file) => file !== '')).toEqual([]);
  });

  it('runs as a numeric user, without a shell that would swallow SIGTERM', () => {
    expect(last('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(readExecForm(last('ENTRYPOINT'))[0]).toBe('node');
    expect(readExecForm(last('CMD'))).toEqual(['serve']);
    expect(last('STOPSIGNAL')).toBe('SIGTERM');
  });

  it('holds an SBOM of the packages that it runs, made where they are installed', () => {
    const made = stages.find(({ name }) => name === 'dependencies')?.instructions ?? [];
    const places = made.map(({ text }) => text);
    const install = places.indexOf('npm ci --omit=dev');
    const sbom = places.findIndex((text) => /npm run --silent sbom > sbom\.cdx\.json$/.test(text));
    expect(install).toBeGreaterThan(0);
    expect(sbom).toBeGreaterThan(install);
    expect(copies).toContainEqual(
      expect.objectContaining({ from: 'dependencies', sources: ['/app/sbom.cdx.json'] }),
    );
  });

  it('starts from images of one release of Node.js and of Debian, pinned by their bytes', () => {
    const releases = stages.map(({ base }) => {
      const [, release] =
        /^(node:24\.\d+\.\d+-bookworm)(?:-slim)?@sha256:[0-9a-f]{64}$/.exec(base) ?? [];
      return release;
    });
    expect(releases[0]).toBeDefined();
    expect(new Set(releases).size).toBe(1);
  });
});

describe('reading a Dockerfile', () => {
  it('joins continued lines and skips comments', () => {
    const text = 'FROM node:24 AS build\n# Why.\nRUN one \\\n  two\nLABEL a="b c" d=e\n';
    expect(parseDockerfile(text)).toEqual([
      {
        ...{ base: 'node:24', name: 'build' },
        instructions: [
          { name: 'RUN', text: 'one    two' },
          { name: 'LABEL', text: 'a="b c" d=e' },
        ],
      },
    ]);
    expect(readPairs('a="b c" d=e')).toEqual([
      ['a', 'b c'],
      ['d', 'e'],
    ]);
  });

  it.each([
    ['an instruction that is not replayed', () => parseDockerfile('FROM node:24\nADD a b')],
    ['one before any stage', () => parseDockerfile('RUN a')],
    ['a platform', () => parseDockerfile('FROM --platform=linux/arm64 node:24')],
    ['an option of COPY', () => readCopy('--chmod=755 a b')],
    ['a COPY without a target', () => readCopy('a')],
    ['the old form of ENV', () => readPairs('NAME value')],
    ['the form that needs a shell', () => readExecForm('"node main.js"')],
    ['a pattern with stars', () => readDockerignore('**/*.pem')],
  ])('refuses %s', (_name, read) => {
    expect(read).toThrow();
  });
});
