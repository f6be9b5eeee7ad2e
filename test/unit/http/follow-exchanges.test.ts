import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished } from 'vitest';
import { startListener } from '../../../src/http/start-listener.ts';

const PIPELINED = 20;
const REQUESTS = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(PIPELINED);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('keeps nothing of requests whose connection is broken off while they wait for their turn', async () => {
  const answers: WeakRef<ServerResponse>[] = [];
  const listener = await startListener(
    (_, response) => {
      answers.push(new WeakRef(response));
      // Not before the client is gone.
      setTimeout(() => response.end('too late'), 100);
    },
    { host: '127.0.0.1', port: 0 },
  );
  onTestFinished(() => listener.drain(0));
  const socket = connect(Number(new URL(listener.url).port), '127.0.0.1');
  socket.write(REQUESTS);
  await expect.poll(() => answers.length).toBe(PIPELINED);
  socket.resetAndDestroy();
  await sleep(200);
  await expect
    .poll(() => {
      collectGarbage();
      return answers.filter((answer) => answer.deref() !== undefined).length;
    })
    .toBe(0);
});
