// What no linter counts: lengths of files and comments, names of papers that nobody outside has.
//   node .ci/check-layout.mjs [PATH ...]    PATH limits what is listed
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const LONGEST_FILE = 300;
const SHORT_FILE = 25;
const MOST_SHORT_FILES = 59;
const WIDEST_COMMENT = 100;
const PRIVATE_CA_TOP = 4;
const COMMENT = /^\s*(\/\/|\/\*|\*)|^\s*#/;
/** Research notes of the authors: a claim cites the RFC, AWS's page or a row of docs/ instead. */
const UNKNOWN_PAPERS =
  /\b(aws|field|intune|protocol|perf|peers|style)\.md\b|\b(protocol|fact) [A-Z]?\d+[a-z]?\b|\(S\d+\)/;

const asked = process.argv.slice(2);
const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' });
const files = listed
  .split('\n')
  .filter((file) => file !== '' && existsSync(file))
  .filter((file) => asked.length === 0 || asked.some((path) => file.startsWith(path)));
const faults = [];

const linesOf = (file) => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const sources = files.filter((file) => /^src\/.*\.ts$/.test(file));
for (const file of sources) {
  const count = linesOf(file).length;
  if (count > LONGEST_FILE) faults.push(`${file}: ${count} lines, at most ${LONGEST_FILE}`);
}

const short = sources.filter((file) => linesOf(file).length < SHORT_FILE);
if (short.length > MOST_SHORT_FILES) {
  faults.push(
    `${short.length} files of fewer than ${SHORT_FILE} lines, at most ${MOST_SHORT_FILES}`,
  );
}

const top = sources.filter((file) => /^src\/private-ca\/[^/]+$/.test(file));
if (top.length > PRIVATE_CA_TOP) faults.push(`src/private-ca: ${top.length} files at its top`);

const proseWithNames = /^(docs|helm|test|certs|\.github)\/.*\.(md|txt|yaml)$|^[A-Z_]+\.md$/;
for (const file of files.filter((name) => proseWithNames.test(name))) {
  linesOf(file).forEach((line, i) => {
    refuseUnknownPapers(line, `${file}:${i + 1}`);
  });
}

const commented = /^(src|test|bench|certs|helm\/files|\.ci)\/.*\.(ts|mjs|sh|py)$|^\.ci\/run$/;
for (const file of files.filter((name) => commented.test(name))) {
  linesOf(file).forEach((line, i) => {
    const where = `${file}:${i + 1}`;
    if (COMMENT.test(line) && line.length > WIDEST_COMMENT) {
      faults.push(`${where}: a comment of ${line.length} columns, at most ${WIDEST_COMMENT}`);
    }
    if (file !== '.ci/check-layout.mjs') refuseUnknownPapers(line, where);
  });
}

function refuseUnknownPapers(line, where) {
  if (!UNKNOWN_PAPERS.test(line)) return;
  faults.push(`${where}: cites what readers do not have: ${line.trim()}`);
}

for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
