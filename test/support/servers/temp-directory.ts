import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const made: string[] = [];

/** A new empty directory, removed when the test file that asked for it has ended. */
export function tempDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'scep-connector-test-'));
  made.push(directory);
  return directory;
}

export function removeTempDirectories(): void {
  // A process that was just killed may still create a file during the removal.
  const options = { recursive: true, force: true, maxRetries: 20 };
  for (const directory of made.splice(0)) rmSync(directory, options);
}
