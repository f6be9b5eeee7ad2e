/** Made when first used: a stream of Node.js turns a pipe non-blocking, which whoever only logs should be spared. */
let output: NodeJS.WriteStream | undefined;
let errors: NodeJS.WriteStream | undefined;
let isOutputLost = false;

/**
 * Prints to standard output. When nobody takes it the work goes on, since a certificate or a CA that is half made helps nobody: to a
 * reader that stops reading, as `head` does, nothing is said, and the exit code is that of the work. Output that is lost for another
 * reason, such as a full disk, is a line on standard error, and exit code 1 when the work itself has succeeded.
 */
export function print(text: string): void {
  if (isOutputLost) return;
  output ??= process.stdout.on('error', loseOutput);
  output.write(text);
}

/** Prints to standard error. What is wrong with that can be told nowhere. */
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

/** A server's text must not steer the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, ' ');
}
