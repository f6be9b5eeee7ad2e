// Adds up vitest's JSON reports and prints one closing line. In CI a skipped test counts as a
// failure of the run.
import { readFileSync } from 'node:fs';

const reports = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')));
const total = (field) => reports.reduce((sum, report) => sum + report[field], 0);
const passed = total('numPassedTests');
const failed = total('numFailedTests');
const skipped = total('numPendingTests') + total('numTodoTests');
const unsuccessful = passed === 0 || reports.some((report) => !report.success);

const skips = skipped > 0 ? `, ${skipped} skipped` : '';
process.stdout.write(`${passed} passed, ${failed} failed${skips}\n`);
if (failed + skipped > 0 || unsuccessful) process.exit(1);
