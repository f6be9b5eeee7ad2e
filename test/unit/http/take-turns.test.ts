import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { startListener } from '../../../src/http/start-listener.ts';
import { type Turns, takeTurns } from '../../../src/http/take-turns.ts';

it('one after the other, in the order in which they came', async () => {
  const turns = takeTurns();
  const begun: number[] = [];
  const names = [1, 2, 3];
  await Promise.all(names.map((name) => turns.run(async () => void begun.push(name))));
  expect(begun).toEqual(names);
  expect(turns.delay()).toBe(0);
});

it('work that fails says so, and the next has its turn', async () => {
  const turns = takeTurns();
  const failing = turns.run(() => Promise.reject(new Error('failed')));
  const next = turns.run(() => Promise.resolve());
  await expect(failing).rejects.toThrow('failed');
  await next;
});

it('tells how long one more would wait, also while the first has not waited long', async () => {
  let now = 1_000;
  const turns = takeTurns(() => now);
  const delays: number[] = [];
  const work = async () => {
    delays.push(turns.delay());
    now += 20;
  };
  await Promise.all(Array.from({ length: 100 }, () => turns.run(work)));
  const others = [60, 40, 20];
  // As if each took 20 ms; the first few are not yet known to.
  for (const left of others) {
    const delay = delays[99 - left];
    expect(delay).toBeGreaterThan(19 * left);
    expect(delay).toBeLessThanOrEqual(20 * left);
  }
});

it('what comes in is looked at before the next begins, however long each keeps the processor', async () => {
  const turns = takeTurns();
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
  // Without turns it would be the first alone.
  expect(arrivedAtFirst).toBeGreaterThan(3);
});

it('a flood is looked at for a while before each begins, whatever is still at work, and not for ever', async () => {
  let now = 1_000;
  const turns = takeTurns(() => now);
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

/** As many as may be at work, and one more, which says when it begins. */
function fill(turns: Turns, work: () => Promise<void>) {
  const state = { hasBegun: false };
  for (let i = 0; i < 16; i += 1) void turns.run(work);
  const oneMore = turns.run(async () => {
    state.hasBegun = true;
  });
  return { state, oneMore };
}

it('while those at work keep the processor busy, the next begins when one of them ends', async () => {
  let mayEnd = 0;
  const keepBusy = async () => {
    while (mayEnd === 0) await nextTurn();
    mayEnd -= 1;
  };
  const { state, oneMore } = fill(takeTurns(), keepBusy);
  const begun = performance.now();
  while (performance.now() - begun < 100) await nextTurn();
  expect(state.hasBegun).toBe(false);
  mayEnd = 1;
  await oneMore;
  mayEnd = Number.POSITIVE_INFINITY;
});

it('while those at work wait for somebody else, the next begins all the same', async () => {
  const { oneMore } = fill(takeTurns(), () => new Promise(() => undefined));
  await oneMore;
});
