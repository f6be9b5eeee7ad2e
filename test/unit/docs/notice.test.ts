import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

interface Package {
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const ROOT = path.resolve(import.meta.dirname, '../../..');
const NOTICE = readFileSync(path.join(ROOT, 'NOTICE'), 'utf8');

function readPackage(directory: string): Package {
  return JSON.parse(readFileSync(path.join(ROOT, directory, 'package.json'), 'utf8')) as Package;
}

const { dependencies = {}, optionalDependencies = {} } = readPackage('.');
const NAMES = Object.keys({ ...dependencies, ...optionalDependencies });

/** The licence that NOTICE has for a package. */
function noticedLicence(name: string): string | undefined {
  const line = NOTICE.split('\n').find((one) => one.startsWith(`${name} `));
  return line?.split(/ +/)[1];
}

describe('NOTICE', () => {
  it('names every package that the program uses at run time', () => {
    expect(NAMES.filter((name) => noticedLicence(name) === undefined)).toEqual([]);
  });

  // An optional package is not installed on every machine.
  it.each(NAMES.filter((name) => existsSync(path.join(ROOT, 'node_modules', name))))(
    'names the licence of %s',
    (name) => {
      expect(noticedLicence(name)).toBe(readPackage(`node_modules/${name}`).license);
    },
  );
});
