import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(ROOT, name), 'utf8')) as T;
}

/** Runs the check of `npm run check` on a lockfile; by default on the real one. */
function checkLockfile(packages?: Readonly<Record<string, Entry>>) {
  const script = [path.join(ROOT, '.ci/check-lockfile.mjs')];
  if (packages) {
    const file = path.join(tempDirectory(), 'lock.json');
    writeFileSync(file, JSON.stringify({ packages }));
    script.push(file);
  }
  const { status, stdout } = spawnSync(process.execPath, script, { cwd: ROOT, encoding: 'utf8' });
  return { status, stdout };
}

const GOOD: Entry = { version: '1.0.0', integrity: 'sha512-AAAA' };

describe('the check of package-lock.json', () => {
  it('accepts the lockfile: each package has its hash, and none an address', () => {
    expect(checkLockfile()).toEqual({ status: 0, stdout: '' });
  });

  it('accepts the project itself, and what is verified as a part of another package', () => {
    const packages = {
      '': { version: '0.1.0' },
      'node_modules/a': GOOD,
      'node_modules/a/node_modules/@b/c': { version: '1.0.0', inBundle: true },
    };
    expect(checkLockfile(packages)).toEqual({ status: 0, stdout: '' });
  });

  it.each<readonly [string, Entry, string]>([
    ['without a hash', { version: '1.0.0' }, 'no integrity'],
    ['with a weak hash', { ...GOOD, integrity: 'sha1-AAAA' }, 'integrity is not SHA-512'],
    ['with an address', { ...GOOD, resolved: 'https://example.com/c.tgz' }, 'download address'],
    ['that is a directory', { link: true, version: '1.0.0' }, 'is a link to a directory'],
  ])('refuses a package %s', (_, entry, fault) => {
    const { status, stdout } = checkLockfile({ 'node_modules/a/node_modules/@b/c': entry });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^\S+lock\.json: @b\/c@1\.0\.0: .+\n$/);
    expect(stdout).toContain(fault);
  });
});

it('package.json overrides only what is installed, in one version', () => {
  const { overrides } = readJson<{ overrides: Record<string, string> }>('package.json');
  const { packages } = readJson<{ packages: Record<string, Entry> }>('package-lock.json');
  const locked = Object.keys(overrides).map((name) => [
    name,
    ...Object.entries(packages)
      .filter(([place]) => place.endsWith(`node_modules/${name}`))
      .map(([, { version }]) => version),
  ]);
  expect(locked).toEqual(Object.entries(overrides));
});
