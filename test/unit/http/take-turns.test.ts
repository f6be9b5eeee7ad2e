import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startListener } from '../../../src/http/start-listener.ts';
import { takeTurns } from '../../../src/http/take-turns.ts';

test('one after the other, in the order in which they came', async () => {
  const turns = takeTurns();
  const begun: number[] = [];
  await Promise.all(
    [1, 2, 3].map(async (name) => {
      await turns.next();
      begun.push(name);
    }),
  );
  expect(begun).toEqual([1, 2, 3]);
  expect(turns.delay()).toBe(0);
});

test('tells how long the first has waited', async () => {
  let now = 1_000;
  const turns = takeTurns(() => now);
  const first = turns.next();
  now = 1_300;
  const second = turns.next();
  expect(turns.delay()).toBe(300);
  await first;
  expect(turns.delay()).toBe(0);
  await second;
});

test('what comes in is looked at before the next begins, however long each keeps the processor', async () => {
  let now = 1_000;
  const turns = takeTurns(() => now);
  let arrived = 0;
  let arrivedAtFirst: number | undefined;
  const listener = await startListener(
    (_request, response) => {
      arrived += 1;
      turns.noteArrival();
      void turns.next().then(() => {
        arrivedAtFirst ??= arrived;
        now += 20;
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
