/**
 * Opened on first use, because a stream makes a pipe non-blocking, which a mere logger must avoid.
 */
let output: NodeJS.WriteStream | undefined;
let errors: NodeJS.WriteStream | undefined;
let isOutputLost = false;

/**
 * Prints to standard output. The work continues if nobody reads the output, because half a
 * certificate or CA helps nobody. If the reader has gone, as `head` does, that is ignored; any
 * other failure, such as a full disk, is reported on standard error and exits with 1 if the work
 * has succeeded.
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

/** Removes control characters, so that a server’s text cannot control the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, ' ');
}
