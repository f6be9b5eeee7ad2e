import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** Lines wait up to this size while nobody reads them or the disk is full; others are lost. */
const MAX_WAITING_OCTETS = 1_048_576;
const RETRY_MS = 100;
const WARN = 40;

/** Writes what it can and returns how much that was. @throws the system's error */
type Write = (octets: Uint8Array) => number;

/**
 * Writes lines to standard error and never waits for it: neither for a reader that does not read,
 * nor for a full disk. What cannot be written is kept for a while; what is lost is counted in a
 * line of its own. One line is one write, so that lines of several processes do not mix.
 */
export function standardError(write: Write = writeToStandardError()): DestinationStream {
  const waiting: Uint8Array[] = [];
  let octets = 0;
  let lost = 0;
  let retry: NodeJS.Timeout | undefined;
  const put = (line: string) => {
    const whole = Buffer.from(line);
    if (octets + whole.length > MAX_WAITING_OCTETS) {
      lost += 1;
      return;
    }
    waiting.push(whole);
    octets += whole.length;
  };
  const flush = () => {
    retry = undefined;
    try {
      for (let line = waiting[0]; line !== undefined; line = waiting[0]) {
        const written = write(line);
        octets -= written;
        if (written < line.length) waiting[0] = line.subarray(written);
        else waiting.shift();
      }
    } catch {
      retry = setTimeout(flush, RETRY_MS).unref();
      return;
    }
    if (lost === 0) return;
    const told = {
      level: WARN,
      time: Date.now(),
      lost,
      msg: 'log lines are lost: nobody read them',
    };
    lost = 0;
    put(`${JSON.stringify(told)}\n`);
    flush();
  };
  process.once('exit', flush);
  return {
    write(line) {
      put(line);
      if (retry === undefined) flush();
    },
  };
}

/** Opened as a stream, because that makes a pipe non-blocking: a full one then refuses writes. */
function writeToStandardError(): Write {
  const { fd } = process.stderr;
  return (octets) => writeSync(fd, octets);
}
