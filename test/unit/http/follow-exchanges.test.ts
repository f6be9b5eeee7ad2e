import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished } from 'vitest';
import { startListener } from '../../../src/http/start-listener.ts';

const PIPELINED = 20;
const REQUESTS = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(PIPELINED);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('keeps nothing of pipelined requests whose connection breaks off', async () => {
  const answers: WeakRef<ServerResponse>[] = [];
  let leave: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (leave = resolve));
  const listener = await startListener(
    ({ socket }, response) => {
      if (answers.push(new WeakRef(response)) === 1) socket.once('close', () => leave());
      void gone.then(() => response.end('too late'));
    },
    { host: '127.0.0.1', port: 0 },
  );
  onTestFinished(() => listener.drain(0));
  const socket = connect(Number(new URL(listener.url).port), '127.0.0.1');
  socket.write(REQUESTS);
  await expect.poll(() => answers.length).toBe(PIPELINED);
  socket.resetAndDestroy();
  await gone;
  await expect
    .poll(() => {
      collectGarbage();
      return answers.filter((answer) => answer.deref() !== undefined).length;
    })
    .toBe(0);
});
