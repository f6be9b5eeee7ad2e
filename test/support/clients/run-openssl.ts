import { spawnSync } from 'node:child_process';

/**
 * Runs openssl with `input` on its standard input and returns its standard output.
 * @throws Error with what it printed when it fails
 */
export function runOpenssl(args: readonly string[], input: Uint8Array = new Uint8Array()): Buffer {
  const { status, stdout, stderr, error } = spawnSync('openssl', args, { input });
  if (error !== undefined) throw error;
  if (status === 0) return stdout;
  throw new Error(`openssl ${args.join(' ')}: exit code ${status}\n${stderr.toString('utf8')}`);
}

/**
 * The elements of `der` as `openssl asn1parse` prints them, one a line, without offsets: "d=1 cons:
 * SEQUENCE".
 */
export function asn1Lines(der: Uint8Array): string[] {
  return runOpenssl(['asn1parse', '-inform', 'DER'], der)
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) =>
      line.replace(/^\s*\d+:d=(\d+)\s+hl=\d+\s*l=\s*\S+\s+(\w+):\s*/, 'd=$1 $2: ').trimEnd(),
    );
}
