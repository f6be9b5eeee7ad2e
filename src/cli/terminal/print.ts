/** Opened on first use. */
let output: NodeJS.WriteStream | undefined;
let errors: NodeJS.WriteStream | undefined;
let isOutputLost = false;

/**
 * Prints to standard output. The work continues if nobody reads the output, so that
 * no certificate or CA is left incomplete. A reader that has closed the pipe, as `head` does, is
 * ignored. Any other failure, such as a full disk, is reported on standard error, and the exit code
 * is 1 even if the work has succeeded.
 */
export function print(text: string): void {
  if (isOutputLost) return;
  output ??= process.stdout.on('error', loseOutput);
  output.write(text);
}

/** Prints to standard error. Its own failures cannot be reported. */
export function warn(text: string): void {
  errors ??= process.stderr.on('error', () => undefined);
  errors.write(text);
}

function loseOutput({ code }: NodeJS.ErrnoException): void {
  if (isOutputLost) return;
  isOutputLost = true;
  if (code === 'EPIPE') return;
  warn(`scep-connector: cannot write to standard output: ${code}\n`);
  process.once('exit', () => {
    process.exitCode ||= 1;
  });
}

/** Removes controls and line separators, so that a server’s text cannot control the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
}
