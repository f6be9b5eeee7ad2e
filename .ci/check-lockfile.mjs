// What npm does not refuse: entries of package-lock.json that `npm ci` would install unverified,
// and download addresses, which belong to one registry only.
//   node .ci/check-lockfile.mjs [LOCKFILE]
import { readFileSync } from 'node:fs';

/**
 * Packages that may stand there without integrity, as `name@version`, with the reason. Empty: the
 * registry carries every build. .ci/complete-lockfile.mjs says when that changes.
 */
const UNVERIFIED = new Map();

const [file = 'package-lock.json'] = process.argv.slice(2);
const { packages } = JSON.parse(readFileSync(file, 'utf8'));
const faults = [];
const unverified = new Set();

for (const [path, { version, integrity, resolved, link, inBundle }] of Object.entries(packages)) {
  if (path === '') continue;
  const name = `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`;
  if (resolved !== undefined) faults.push(`${name}: has a download address`);
  // The tarball of another package holds it and is verified as a whole.
  if (inBundle) continue;
  if (link) faults.push(`${name}: is a link to a directory`);
  else if (integrity === undefined) unverified.add(name);
  else if (!integrity.startsWith('sha512-')) faults.push(`${name}: integrity is not SHA-512`);
}

for (const name of unverified) {
  if (!UNVERIFIED.has(name))
    faults.push(`${name}: no integrity, and no reason in .ci/check-lockfile.mjs`);
}
for (const name of UNVERIFIED.keys()) {
  if (!unverified.has(name)) faults.push(`${name}: listed in .ci/check-lockfile.mjs without need`);
}

for (const fault of faults) process.stdout.write(`${file}: ${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
