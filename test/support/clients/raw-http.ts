import { connect, type Socket } from 'node:net';

export interface RawExchange {
  /** What the server sent, as latin1, until it closed or the time was over. */
  readonly received: string;
  readonly closedByServer: boolean;
}

export interface RawOptions {
  /** Milliseconds to wait for the server to close; 20 s by default. */
  readonly timeoutMs?: number;
  /** After the octets: leave the connection as it is, end our side of it (FIN), or break it off (RST). */
  readonly ending?: 'wait' | 'end' | 'reset';
}

/** Writes octets to a socket as they are, which no HTTP client would do. A server that resets the connection has closed it. */
export function exchangeRaw(
  port: number,
  octets: Uint8Array | string,
  { timeoutMs = 20_000, ending = 'wait' }: RawOptions = {},
): Promise<RawExchange> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const received: Buffer[] = [];
    const finish = (closedByServer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ received: Buffer.concat(received).toString('latin1'), closedByServer });
    };
    const timer = setTimeout(() => finish(false), timeoutMs);
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    socket.on('error', () => finish(true));
    socket.on('end', () => finish(true));
    socket.on('close', () => finish(true));
    socket.on('connect', () => {
      if (ending === 'end') socket.end(octets);
      else socket.write(octets);
      if (ending === 'reset') {
        setImmediate(() => {
          socket.resetAndDestroy();
          finish(false);
        });
      }
    });
  });
}

/** The status codes of the responses in `received`, in order. */
export function statusesIn(received: string): readonly number[] {
  return [...received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
}
