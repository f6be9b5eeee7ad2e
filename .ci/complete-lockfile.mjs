// npm leaves an optional package out of package-lock.json when the registry in use does not carry
// it, which happens to builds for other platforms; `npm ci` then finds the lockfile out of step.
// Run this after changing a dependency: npm install ... && node .ci/complete-lockfile.mjs It adds
// the missing entries by name and version. They have no integrity, so check-lockfile.mjs refuses
// them until they come from a registry that carries them, or stand there with a reason.
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = 'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(
  ' ',
);
const PROCESSORS = 'arm64 x64 arm ia32 ppc64 riscv64 s390x loong64 wasm32'.split(' ');

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
for (const [where, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const known = [`node_modules/${name}`, `${where}/node_modules/${name}`];
    if (known.some((path) => lock.packages[path])) continue;
    lock.packages[known[0]] = { version, ...platformOf(name), ...(dev && { dev }), optional: true };
    process.stdout.write(`added ${name} ${version}\n`);
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);

/** Such packages are named for their platform: @scope/thing-linux-x64-musl. */
function platformOf(name) {
  const words = name.split('/').at(-1).split('-');
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  const libc = ['musl', 'glibc'].find((kind) =>
    words.some((word) => word.startsWith(kind.slice(0, 3))),
  );
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }) };
}
