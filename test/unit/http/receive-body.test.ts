import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { inTurn } from '../../../src/http/in-turn.ts';
import { type Body, type BodyError, bodyOf } from '../../../src/http/receive-body.ts';
import { startListener } from '../../../src/http/start-listener.ts';
import { exchangeRaw, statusesIn } from '../../support/clients/raw-http.ts';

const MAX_OCTETS = 4_000;

/** A listener that answers with the length of the body; returns its port. */
async function listen(prepare: (body: Body) => unknown = () => undefined) {
  const answer: RequestListener = (request, response) => {
    const body = bodyOf(request);
    prepare(body);
    void body.whole().then(
      ({ length }) => response.end(`${length} octets`),
      (error: BodyError) => {
        response.statusCode = error.status;
        response.end(error.message);
      },
    );
  };
  const app = inTurn(answer, MAX_OCTETS);
  const { url, drain } = await startListener(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => drain(0));
  return Number(new URL(url).port);
}

const post = (...headers: readonly string[]) =>
  ['POST / HTTP/1.1', 'Host: x', ...headers, '', ''].join('\r\n');
const chunked = (octets: number, size: number) =>
  `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`.repeat(octets / size);

it.each([
  ['of a known length', 'Content-Length: 4000', 'x'.repeat(4_000), 4_000],
  ['in chunks of 64 octets', 'Transfer-Encoding: chunked', chunked(3_200, 64), 3_200],
  ['in 200 chunks of one octet', 'Transfer-Encoding: chunked', chunked(200, 1), 200],
  ['of nothing', 'Content-Length: 0', '', 0],
])('receives a body %s', async (_name, header, body, octets) => {
  const end = header.startsWith('T') ? '0\r\n\r\n' : '';
  const request = post(header, 'Connection: close') + body + end;
  const { received } = await exchangeRaw(await listen(), request);
  expect(statusesIn(received)).toEqual([200]);
  expect(received).toMatch(new RegExp(`\n${octets} octets$`));
});

it('puts the pieces together in their order', async () => {
  const bodies: Promise<Uint8Array>[] = [];
  const port = await listen((body) => bodies.push(body.whole()));
  const text = Array.from({ length: 50 }, (_, i) => `<piece ${i}>`.repeat(7)).join('');
  const chunks = text.match(/.{1,73}/g) ?? [];
  const sent = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  await exchangeRaw(
    port,
    `${post('Transfer-Encoding: chunked', 'Connection: close')}${sent}0\r\n\r\n`,
  );
  expect(Buffer.from((await bodies[0]) ?? []).toString()).toBe(text);
});

it('ends a connection whose body comes in chunks of one octet, long before its end', async () => {
  const port = await listen();
  const { received, closedByServer } = await exchangeRaw(
    port,
    post('Transfer-Encoding: chunked') + chunked(3_000, 1),
  );
  expect(statusesIn(received)).toEqual([400]);
  expect(received).toMatch(/^Connection: close\r$/m);
  expect(received).toMatch(/too many small pieces\.$/);
  expect(closedByServer).toBe(true);
});

it('ends a connection that writes its body octet by octet', async () => {
  const port = await listen();
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  socket.on('error', () => undefined);
  socket.write(post('Content-Length: 4000'));
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  await dripUntilClosed(socket);
  expect(statusesIn(received)).toEqual([400]);
});

/** Each octet is a packet of its own: it is written once the system has taken the one before. */
async function dripUntilClosed(socket: Socket): Promise<void> {
  const closed = once(socket, 'close');
  const drip = () => {
    if (!socket.destroyed) socket.write('x', () => setImmediate(drip));
  };
  drip();
  await closed;
}

it.each([
  ['above the limit', 'Content-Length: 4001', 'x'.repeat(4_001)],
  ['in chunks above the limit', 'Transfer-Encoding: chunked', `${chunked(4_096, 1_024)}0\r\n\r\n`],
])(
  'refuses a body %s once all of it is there, so that the client sees why',
  async (_name, header, body) => {
    const port = await listen();
    const { received } = await exchangeRaw(port, post(header) + body, { ending: 'end' });
    expect(statusesIn(received)).toEqual([413]);
  },
);

it.each([
  ['announced', 'Content-Length: 9000000', ''],
  ['sent', 'Transfer-Encoding: chunked', chunked(2_097_152, 65_536)],
])(
  'ends a connection whose body is far too large as soon as that is %s',
  async (_name, header, body) => {
    const { received, closedByServer } = await exchangeRaw(await listen(), post(header) + body);
    if (body === '') expect(statusesIn(received)).toEqual([413]);
    expect(closedByServer).toBe(true);
  },
);

it('keeps nothing of a body that is not wanted, and waits for its end', async () => {
  const port = await listen((body) => body.forget());
  const request = post('Content-Length: 4000', 'Connection: close') + 'x'.repeat(4_000);
  const { received } = await exchangeRaw(port, request);
  expect(received).toMatch(/0 octets$/);
});

it('refuses a compressed body, but not a request without one', async () => {
  const port = await listen();
  const gzip = ['Content-Encoding: gzip', 'Connection: close'];
  const bare = await exchangeRaw(port, post(...gzip));
  expect(statusesIn(bare.received)).toEqual([200]);
  const compressed = await exchangeRaw(port, `${post('Content-Length: 1', ...gzip)}x`);
  expect(statusesIn(compressed.received)).toEqual([415]);
});
