import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import {
  type ListenOptions,
  type RunningListener,
  startListener,
} from '../../../src/http/start-listener.ts';
import { makeTlsFiles } from '../../support/keys/tls-files.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const directory = tempDirectory();
const first = makeTlsFiles(directory, 'first');
const second = makeTlsFiles(directory, 'second');
const tls = { cert: first.cert, key: first.key, minVersion: 'TLSv1.2' } as const;
const answerPath: RequestListener = (incoming, response) => response.end(incoming.url);

async function listen(
  options: Partial<ListenOptions> = {},
  app = answerPath,
): Promise<RunningListener> {
  const listener = await startListener(app, { host: '127.0.0.1', port: 0, tls, ...options });
  onTestFinished(() => listener.drain(0));
  return listener;
}

const portOf = ({ url }: RunningListener) => Number(new URL(url).port);

/** The SHA-256 fingerprint of the certificate that a new connection gets. */
async function certificateOf(listener: RunningListener): Promise<string> {
  const socket = connectTls({ port: portOf(listener), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

function get(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { ca, agent: false }, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    })
      .on('error', reject)
      .end();
  });
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

async function connectTo(listener: RunningListener, inClear: boolean): Promise<Socket> {
  const port = portOf(listener);
  const socket = inClear
    ? connect(port, '127.0.0.1')
    : connectTls({ port, rejectUnauthorized: false });
  await once(socket, inClear ? 'connect' : 'secureConnect');
  return socket;
}

/** Whether a new connection is served rather than closed. */
async function isLetIn(port: number, inClear: boolean): Promise<boolean> {
  const socket = inClear
    ? connect(port, '127.0.0.1')
    : connectTls({ port, rejectUnauthorized: false });
  socket.on('error', () => undefined);
  if (inClear) socket.write(REQUEST);
  const letIn = await new Promise<boolean>((resolve) => {
    socket.once(inClear ? 'data' : 'secureConnect', () => resolve(true));
    socket.once('close', () => resolve(false));
  });
  socket.destroy();
  return letIn;
}

async function nextAnswer(socket: Socket): Promise<string> {
  const [octets] = (await once(socket, 'data')) as [Buffer];
  return octets.toString();
}

it('serves TLS with the given certificate and an https URL', async () => {
  const listener = await listen();
  expect(listener.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(await get(`${listener.url}/hello`, first.cert)).toBe('/hello');
  await expect(get(listener.url, second.cert)).rejects.toThrow(/certificate/);
});

it('serves a client that speaks no more than TLS 1.2', async () => {
  const socket = connectTls({
    port: portOf(await listen()),
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.2',
  });
  await once(socket, 'secureConnect');
  expect(socket.getProtocol()).toBe('TLSv1.2');
  socket.write(REQUEST);
  expect(await nextAnswer(socket)).toMatch(/^HTTP\/1\.1 200 /);
  socket.destroy();
});

it('refuses TLS 1.1', async () => {
  const socket = connectTls({
    port: portOf(await listen()),
    rejectUnauthorized: false,
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toMatch(/protocol version/);
});

it('uses a new certificate for new connections and keeps open ones', async () => {
  const listener = await listen();
  const open: TLSSocket = connectTls({ port: portOf(listener), rejectUnauthorized: false });
  await once(open, 'secureConnect');
  expect(await certificateOf(listener)).toBe(first.fingerprint);
  listener.setTls({ cert: second.cert, key: second.key, minVersion: 'TLSv1.2' });
  expect(await certificateOf(listener)).toBe(second.fingerprint);
  open.write('GET /still-here HTTP/1.1\r\nhost: x\r\n\r\n');
  const [answer] = (await once(open, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
  open.destroy();
});

it('closes connections that never began TLS or HTTP when it drains', async () => {
  for (const options of [{}, { tls: undefined }]) {
    const listener = await listen(options);
    const silent = connect(portOf(listener), '127.0.0.1');
    await once(silent, 'connect');
    const closed = once(silent, 'close');
    silent.on('error', () => undefined);
    await listener.drain(50);
    await closed;
  }
});

it('finishes open requests and refuses new ones when it drains', async () => {
  let finish: (() => void) | undefined;
  const listener = await listen({}, (_incoming, response) => {
    finish = () => response.end('done');
  });
  const answer = get(listener.url, first.cert);
  await expect.poll(() => finish).toBeDefined();
  const drained = listener.drain(60_000);
  await expect(get(listener.url, first.cert)).rejects.toThrow(/ECONNREFUSED/);
  finish?.();
  expect(await answer).toBe('done');
  await drained;
});

it('does not cut off an answer to a slow reader when it drains', async () => {
  const body = Buffer.alloc(20_000_000, 'x');
  const { url, drain } = await listen({ tls: undefined }, (_incoming, response) =>
    response.setHeader('content-length', body.length).end(body),
  );
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'readable');
  const drained = drain(60_000);
  await nextTurn();
  let octets = 0;
  for await (const chunk of socket) octets += (chunk as Buffer).length;
  expect(octets).toBeGreaterThan(body.length);
  await drained;
});

it('closes an idle connection when it drains', async () => {
  for (const inClear of [true, false]) {
    const listener = await listen(inClear ? { tls: undefined } : {});
    const socket = await connectTo(listener, inClear);
    socket.write(REQUEST);
    expect(await nextAnswer(socket)).toMatch(/^Connection: keep-alive\r$/m);
    const closed = once(socket, 'close');
    await listener.drain(60_000);
    await closed;
  }
});

it('closes each connection after its next answer once it is retired', async () => {
  let finish: (() => void) | undefined;
  const listener = await listen({ tls: undefined }, (incoming, response) => {
    if (incoming.url === '/slow') finish = () => response.end('slow');
    else response.end('quick');
  });
  const [busy, idle] = [await connectTo(listener, true), await connectTo(listener, true)];
  busy.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
  idle.write(REQUEST);
  expect(await nextAnswer(idle)).toMatch(/^Connection: keep-alive\r$/m);
  await expect.poll(() => finish).toBeDefined();
  listener.retire();
  const last = nextAnswer(busy);
  finish?.();
  expect(await last).toMatch(/^Connection: close\r$.*slow$/ms);
  idle.write(REQUEST);
  expect(await nextAnswer(idle)).toMatch(/^Connection: close\r$.*quick$/ms);
  const late = await connectTo(listener, true);
  late.write(REQUEST);
  expect(await nextAnswer(late)).toMatch(/^Connection: close\r$/m);
});

it('closes connections above the limit until others end', async () => {
  for (const options of [{}, { tls: undefined }]) {
    const port = portOf(await listen({ ...options, maxConnections: 2 }));
    const connected = async () => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      onTestFinished(() => void socket.destroy());
      await once(socket, 'connect');
      return socket;
    };
    const [one, other] = [await connected(), await connected()];
    const excess = await connected();
    await once(excess, 'close');
    expect([one.destroyed, other.destroyed]).toEqual([false, false]);
    one.destroy();
    await expect.poll(() => isLetIn(port, 'tls' in options)).toBe(true);
  }
});

it('answers a client that has ended its own side', async () => {
  const late: RequestListener = (incoming, response) => {
    incoming.socket.once('end', () => response.end('late'));
  };
  const listener = await listen({ tls: undefined }, late);
  const socket = connect({ port: portOf(listener), host: '127.0.0.1', allowHalfOpen: true });
  socket.end('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  await once(socket, 'end');
  expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(received).toContain('late');
});

it('accepts hundreds of connections that arrive at the same moment before it answers them', async () => {
  let answered = 0;
  const listener = await listen({ tls: undefined }, (_request, response) => {
    answered += 1;
    response.end();
  });
  const sockets = Array.from({ length: 700 }, () => connect(portOf(listener), '127.0.0.1'));
  onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
  const connected = sockets.map((socket) => {
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    return once(socket, 'connect');
  });
  await Promise.all(connected);
  // The rest beyond Node's usual backlog of 511 would have been let in only after some answers.
  expect(answered).toBeLessThan(100);
});
