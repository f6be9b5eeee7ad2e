import { connect, type Socket } from 'node:net';

/** How long a device waits for an answer. sscep and most MDM agents wait longer. */
const PATIENCE_MS = 30_000;

/**
 * Sends the octets of a whole HTTP/1.1 request. Resolves to the status once the whole answer has
 * arrived, or to 0.
 */
export type Send = (request: Uint8Array) => Promise<number>;

/**
 * The octets of a request, made before the measurement, so that the clients cost next to nothing
 * during it.
 */
export function rawRequest(url: string, body?: Uint8Array): Uint8Array {
  const { host, pathname, search } = new URL(url);
  const lines = [
    `${body === undefined ? 'GET' : 'POST'} ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    ...(body === undefined ? [] : ['Content-Type: application/x-pki-message']),
    `Content-Length: ${body?.length ?? 0}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body ?? new Uint8Array()]);
}

/** Opens a new connection for each device. */
export function overNewConnections(url: string): Send {
  return async (request) => {
    const socket = open(url);
    const status = await exchange(socket, request);
    socket.destroy();
    return status;
  };
}

/** Uses only as many connections as there are concurrent requests, as load balancers do. */
export function overKeptConnections(url: string): Send & { readonly close: () => void } {
  const idle: Socket[] = [];
  const send = async (request: Uint8Array) => {
    const socket = nextUsable(idle) ?? open(url);
    const status = await exchange(socket, request);
    if (status === 0) socket.destroy();
    else idle.push(socket);
    return status;
  };
  const close = () => idle.forEach((socket) => void socket.destroy());
  return Object.assign(send, { close });
}

function nextUsable(idle: Socket[]): Socket | undefined {
  let socket = idle.pop();
  while (socket?.writable === false) socket = idle.pop();
  return socket;
}

function open(url: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setNoDelay();
  // An error shows as a missing answer.
  return socket.on('error', () => undefined);
}

function exchange(socket: Socket, request: Uint8Array): Promise<number> {
  return new Promise((resolve) => {
    let received = '';
    const take = (octets: Buffer) => {
      received += octets.toString('latin1');
      if (isWhole(received)) done(Number(received.slice(9, 12)));
    };
    const lost = () => done(0);
    const timer = setTimeout(lost, PATIENCE_MS);
    const done = (status: number) => {
      clearTimeout(timer);
      socket.off('data', take).off('close', lost);
      resolve(status);
    };
    socket.on('data', take).once('close', lost).write(request);
  });
}

/** The server always sends a Content-Length. */
function isWhole(received: string): boolean {
  const body = received.indexOf('\r\n\r\n') + 4;
  if (body < 4) return false;
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, body)) ?? [];
  return received.length >= body + Number(length);
}
