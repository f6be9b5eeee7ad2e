import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a program whose standard output nobody reads any more when it begins.
 * @returns what a shell sees, and what is on standard error
 */
export async function runUnread(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  // It becomes the program when it is told that the reader has gone.
  const child = spawn('sh', ['-c', 'read _; exec "$0" "$@"', command, ...args], {
    env: { ...process.env, ...env },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const ended = once(child, 'close');
  const gone = once(child.stdout, 'close');
  child.stdout.destroy();
  await gone;
  child.stdin.end('\n');
  await ended;
  return { code: child.exitCode, stderr };
}
