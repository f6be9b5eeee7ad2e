import type { RequestListener, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { inTurn } from '../../../src/http/in-turn.ts';
import { bodyOf } from '../../../src/http/receive-body.ts';
import { startListener } from '../../../src/http/start-listener.ts';
import { exchangeRaw, statusesIn } from '../../support/clients/raw-http.ts';

async function listen(app: RequestListener): Promise<number> {
  const { url, drain } = await startListener(inTurn(app, 100), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => drain(0));
  return Number(new URL(url).port);
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

it('hands over a pipelined request once the one before is answered', async () => {
  const seen: string[] = [];
  const open: ServerResponse[] = [];
  const port = await listen(({ url = '' }, response) => {
    seen.push(url);
    open.push(response);
  });
  const answered = exchangeRaw(port, get('/1') + get('/2') + get('/3'), { ending: 'end' });
  for (const count of [1, 2, 3]) {
    await expect.poll(() => open.length).toBe(count);
    open[count - 1]?.end();
  }
  expect(statusesIn((await answered).received)).toEqual([200, 200, 200]);
  expect(seen).toEqual(['/1', '/2', '/3']);
});

it('lets other connections in between the requests of one that pipelines', async () => {
  const order: string[] = [];
  const port = await listen(({ url = '' }, response) => {
    order.push(url);
    response.end();
  });
  const [pipelined, other] = await Promise.all([
    exchangeRaw(port, get('/flood').repeat(1_000), { ending: 'end' }),
    exchangeRaw(port, get('/other'), { ending: 'end' }),
  ]);
  expect(statusesIn(pipelined.received)).toHaveLength(1_000);
  expect(statusesIn(other.received)).toEqual([200]);
  expect(order.indexOf('/other')).toBeLessThan(order.length - 1);
});

it('receives the body of a request that waits', async () => {
  const open: ServerResponse[] = [];
  const port = await listen((request, response) => {
    open.push(response);
    if (request.url === '/first') return;
    void bodyOf(request)
      .whole()
      .then(({ length }) => response.end(`${length} octets`));
  });
  const second = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde';
  const answered = exchangeRaw(port, get('/first') + second, { ending: 'end' });
  await expect.poll(() => open.length).toBe(1);
  open[0]?.end();
  expect((await answered).received).toMatch(/5 octets$/);
});

it('drops what waits when the connection breaks off', async () => {
  const seen: string[] = [];
  let isClosed = false;
  const port = await listen(({ socket, url = '' }, response) => {
    seen.push(url);
    if (url === '/other') response.end();
    else socket.once('close', () => (isClosed = true));
  });
  const socket = connect(port, '127.0.0.1');
  socket.write(get('/first') + get('/second'));
  await expect.poll(() => seen).toEqual(['/first']);
  socket.resetAndDestroy();
  await expect.poll(() => isClosed).toBe(true);
  await exchangeRaw(port, get('/other'), { ending: 'end' });
  expect(seen).toEqual(['/first', '/other']);
});
