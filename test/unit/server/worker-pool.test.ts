import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SECOND_MS } from '../../../src/durations.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import type { PrimaryMessage, WorkerMessage } from '../../../src/server/worker-part.ts';
import { WorkerPool } from '../../../src/server/worker-pool.ts';
import type { WorkerProcess } from '../../../src/server/worker-watch.ts';

const OPS_URL = 'http://127.0.0.1:9090';
const URLS = {
  enrolUrl: 'https://devices.example.com',
  enrolLocalUrl: 'http://127.0.0.1:8080',
  apiUrl: 'http://127.0.0.1:8081',
};

interface FakeWorker extends WorkerProcess {
  readonly signals: string[];
  readonly told: PrimaryMessage[];
  say(message?: Partial<WorkerMessage>): void;
  exit(code: number | null, signal?: string): void;
}

/** A pool of fake processes, which the test controls. */
function startPool(size: number) {
  const workers: FakeWorker[] = [];
  const announced: unknown[] = [];
  const log: string[] = [];
  const pool = new WorkerPool({
    size,
    fork: () => {
      const worker = fakeWorker(workers.length + 1);
      workers.push(worker);
      return worker;
    },
    logger: createLogger('info', { write: (line) => log.push(line) }),
    announce: (urls, first) => {
      announced.push(urls);
      first.send({ opsUrl: OPS_URL });
    },
  });
  return { pool, workers, announced, log };
}

function fakeWorker(number: number): FakeWorker {
  const signals: string[] = [];
  const told: PrimaryMessage[] = [];
  let hear: (message: WorkerMessage) => void = () => undefined;
  let bury: (code: number | null, signal: string | null) => void = () => undefined;
  return {
    ...{ number, signals, told },
    onMessage(listener) {
      hear = listener;
    },
    onExit(listener) {
      bury = listener;
    },
    send: (message) => told.push(message),
    kill: (signal) => signals.push(signal),
    say: (message = {}) => hear({ urls: URLS, ...message }),
    exit: (code, signal) => bury(code, signal ?? null),
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a pool of workers', () => {
  it('starts the others once the first listens, and announces that once', () => {
    const { workers, announced } = startPool(3);
    expect(workers).toHaveLength(1);
    workers[0]?.say();
    expect(workers).toHaveLength(3);
    for (const worker of workers) worker.say();
    expect(announced).toEqual([URLS]);
    expect(workers.map(({ told }) => told)).toEqual([[{ opsUrl: OPS_URL }], [], []]);
  });

  it('replaces dead workers after growing pauses, which start again after a long life', () => {
    const { workers } = startPool(2);
    workers[0]?.say();
    let pause = 100;
    for (let deaths = 0; deaths < 4; deaths += 1) {
      const last = workers.at(-1);
      last?.exit(null, 'SIGKILL');
      const before = workers.length;
      vi.advanceTimersByTime(pause - 1);
      expect(workers).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(workers).toHaveLength(before + 1);
      pause *= 2;
    }
    const last = workers.at(-1);
    for (let second = 0; second < 70; second += 1) {
      for (const worker of workers) worker.say();
      vi.advanceTimersByTime(SECOND_MS);
    }
    last?.exit(1);
    const before = workers.length;
    vi.advanceTimersByTime(100);
    expect(workers).toHaveLength(before + 1);
  });

  it('gives up when five workers in a row die before they listen', async () => {
    const { pool, workers, log } = startPool(2);
    for (let deaths = 0; deaths < 5; deaths += 1) {
      workers.at(-1)?.exit(1);
      vi.advanceTimersByTime(10 * SECOND_MS);
    }
    expect(await pool.ended).toBe(1);
    expect(workers).toHaveLength(5);
    expect(log.at(-1)).toContain('gives up');
  });

  it('does not give up while another worker serves', () => {
    const { workers } = startPool(2);
    workers[0]?.say();
    for (let deaths = 0; deaths < 10; deaths += 1) {
      workers.at(-1)?.exit(1);
      for (let second = 0; second < 10; second += 1) {
        workers[0]?.say();
        vi.advanceTimersByTime(SECOND_MS);
      }
    }
    expect(workers).toHaveLength(12);
    expect(workers[0]?.signals).toEqual([]);
  });

  it('ends with 2 after a usage error of a worker, and lets the others drain', async () => {
    const { pool, workers } = startPool(2);
    workers[0]?.say();
    workers[1]?.exit(2);
    expect(workers[0]?.signals).toEqual(['SIGTERM']);
    workers[0]?.exit(0);
    expect(await pool.ended).toBe(2);
  });

  it('passes signals on, waits for all workers and replaces none', async () => {
    const { pool, workers } = startPool(2);
    workers[0]?.say();
    pool.stop('SIGINT');
    expect(workers.map(({ signals }) => signals)).toEqual([['SIGINT'], ['SIGINT']]);
    expect(pool.objection()).toBe('the server is about to end');
    workers[0]?.exit(0);
    workers[1]?.exit(null, 'SIGINT');
    expect(await pool.ended).toBe(0);
    vi.advanceTimersByTime(60 * SECOND_MS);
    expect(workers).toHaveLength(2);
  });

  it('ends with the code of a worker that failed while it drained', async () => {
    const { pool, workers } = startPool(1);
    workers[0]?.say();
    pool.stop('SIGTERM');
    workers[0]?.exit(null, 'SIGKILL');
    expect(await pool.ended).toBe(1);
  });
});

describe('the readiness of a pool', () => {
  it('is that of its readiest worker', () => {
    const { pool, workers } = startPool(2);
    expect(pool.objection()).toBe('no worker is ready');
    workers[0]?.say({ objection: 'the store does not answer' });
    expect(pool.objection()).toBe('the store does not answer');
    workers[1]?.say();
    expect(pool.objection()).toBeUndefined();
  });

  it('ignores a worker after five seconds of silence and kills it after thirty', () => {
    const { pool, workers, log } = startPool(1);
    workers[0]?.say();
    vi.advanceTimersByTime(4 * SECOND_MS);
    expect(pool.objection()).toBeUndefined();
    vi.advanceTimersByTime(SECOND_MS);
    expect(pool.objection()).toBe('no worker is ready');
    vi.advanceTimersByTime(24 * SECOND_MS);
    expect(workers[0]?.signals).toEqual([]);
    vi.advanceTimersByTime(SECOND_MS);
    expect(workers[0]?.signals).toEqual(['SIGKILL']);
    expect(log.at(-1)).toContain('does not answer');
    workers[0]?.exit(null, 'SIGKILL');
    vi.advanceTimersByTime(100);
    workers[1]?.say();
    expect(pool.objection()).toBeUndefined();
  });
});
