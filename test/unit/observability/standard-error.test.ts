import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { standardError } from '../../../src/observability/standard-error.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A pipe whose reader takes octets only when it is told to. */
function openPipe() {
  const pipe = { read: '', room: Number.POSITIVE_INFINITY };
  const write = (octets: Uint8Array) => {
    if (pipe.room === 0) throw Object.assign(new Error('EAGAIN'), { code: 'EAGAIN' });
    const taken = octets.subarray(0, pipe.room);
    pipe.room -= taken.length;
    pipe.read += Buffer.from(taken).toString('latin1');
    return taken.length;
  };
  return { pipe, log: standardError(write) };
}

it('writes each line at once while the reader reads', () => {
  const { pipe, log } = openPipe();
  log.write('first\n');
  expect(pipe.read).toBe('first\n');
  log.write('second\n');
  expect(pipe.read).toBe('first\nsecond\n');
});

it('keeps lines while the reader does not read, and the rest of one that was cut', () => {
  const { pipe, log } = openPipe();
  pipe.room = 3;
  log.write('first\n');
  log.write('second\n');
  expect(pipe.read).toBe('fir');
  pipe.room = Number.POSITIVE_INFINITY;
  vi.advanceTimersByTime(100);
  expect(pipe.read).toBe('first\nsecond\n');
});

it('loses what exceeds a megabyte, and says how much once the reader reads again', () => {
  const { pipe, log } = openPipe();
  pipe.room = 0;
  const line = `${'x'.repeat(1_023)}\n`;
  for (let i = 0; i < 1_024 + 7; i += 1) log.write(line);
  pipe.room = Number.POSITIVE_INFINITY;
  vi.advanceTimersByTime(100);
  const lines = pipe.read.trimEnd().split('\n');
  expect(lines).toHaveLength(1_025);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ level: 40, lost: 7 });
  log.write('next\n');
  expect(pipe.read).toMatch(/\nnext\n$/);
});
