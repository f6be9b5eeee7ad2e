import { spawn } from 'node:child_process';

export interface CommandResult {
  /** The exit code, or -1 when a signal ended the command. */
  readonly code: number;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  /** Variables added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
}

/**
 * Runs a program without a shell and waits for its end; kills it after `timeoutMs` (90 s).
 * @throws Error when the program cannot be started.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, input = '', timeoutMs = 90_000 }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({
        code: code ?? -1,
        timedOut,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      });
    });
    // A program may end without reading its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/**
 * `runCommand` for steps of a test that must succeed.
 * @throws Error with what the command printed when its exit code is not 0
 */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await runCommand(command, args, options);
  if (result.code === 0) return result;
  const ending = result.timedOut ? 'did not end in time' : `exit code ${result.code}`;
  throw new Error(
    `${command} ${args.join(' ')}: ${ending}\n${result.stdout.slice(-4_000)}${result.stderr.slice(-4_000)}`,
  );
}
