import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { startListener } from '../../../src/http/start-listener.ts';
import { createWorkQueue, type WorkQueue } from '../../../src/http/work-queue.ts';

it('begins one work after the other, in order of arrival', async () => {
  const turns = createWorkQueue();
  const begun: number[] = [];
  const names = [1, 2, 3];
  await Promise.all(names.map((name) => turns.run(async () => void begun.push(name))));
  expect(begun).toEqual(names);
  expect(turns.delay()).toBe(0);
});

it('reports work that fails and goes on with the next', async () => {
  const turns = createWorkQueue();
  const failing = turns.run(() => Promise.reject(new Error('failed')));
  const next = turns.run(() => Promise.resolve());
  await expect(failing).rejects.toThrow('failed');
  await next;
});

it('estimates the wait of one more work, even before the first has waited long', async () => {
  let now = 1_000;
  const turns = createWorkQueue(() => now);
  const delays: number[] = [];
  const work = async () => {
    delays.push(turns.delay());
    now += 20;
  };
  await Promise.all(Array.from({ length: 100 }, () => turns.run(work)));
  const others = [60, 40, 20];
  // Each takes 20 ms, but the pace is averaged and begins at 0.
  for (const left of others) {
    const delay = delays[99 - left];
    expect(delay).toBeGreaterThan(19 * left);
    expect(delay).toBeLessThanOrEqual(20 * left);
  }
});

it('accepts new requests before each work, however long each work blocks the loop', async () => {
  const turns = createWorkQueue();
  let arrived = 0;
  let arrivedAtFirst: number | undefined;
  const listener = await startListener(
    (_request, response) => {
      arrived += 1;
      turns.noteArrival();
      void turns.run(async () => {
        arrivedAtFirst ??= arrived;
        response.end();
      });
    },
    { host: '127.0.0.1', port: 0 },
  );
  onTestFinished(() => listener.drain(0));
  const port = Number(new URL(listener.url).port);
  const devices = Array.from({ length: 20 }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    return new Promise((resolve) => socket.resume().once('close', resolve));
  });
  await Promise.all(devices);
  expect(arrived).toBe(20);
  // Without turns the first work would begin before any other arrival.
  expect(arrivedAtFirst).toBeGreaterThan(3);
});

it('accepts a flood for a while before each work, but not for ever', async () => {
  let now = 1_000;
  const turns = createWorkQueue(() => now);
  let arrived = 0;
  let isOver = false;
  const arrive = () => {
    arrived += 1;
    turns.noteArrival();
    if (!isOver) setImmediate(arrive);
  };
  arrive();
  const seen: number[] = [];
  const work = async () => {
    seen.push(arrived);
    await Promise.resolve();
    now += 20;
  };
  await Promise.all(Array.from({ length: 8 }, () => turns.run(work)));
  isOver = true;
  const newcomers = seen.map((count, i) => count - (seen[i - 1] ?? 0));
  expect(Math.min(...newcomers)).toBeGreaterThan(10);
  expect(Math.max(...newcomers)).toBeLessThan(50);
});

/** Fills all places with `work`, and adds one more work that notes when it begins. */
function fill(turns: WorkQueue, work: () => Promise<void>) {
  const state = { hasBegun: false };
  for (let i = 0; i < 16; i += 1) void turns.run(work);
  const oneMore = turns.run(async () => {
    state.hasBegun = true;
  });
  return { state, oneMore };
}

it('begins the next work only when another ends, while the processor is busy', async () => {
  let mayEnd = 0;
  const keepBusy = async () => {
    while (mayEnd === 0) await nextTurn();
    mayEnd -= 1;
  };
  const { state, oneMore } = fill(createWorkQueue(), keepBusy);
  const begun = performance.now();
  while (performance.now() - begun < 100) await nextTurn();
  expect(state.hasBegun).toBe(false);
  mayEnd = 1;
  await oneMore;
  mayEnd = Number.POSITIVE_INFINITY;
});

it('begins the next work while those at work wait for something else', async () => {
  const { oneMore } = fill(createWorkQueue(), () => new Promise(() => undefined));
  await oneMore;
});
