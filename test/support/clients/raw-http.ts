import { connect, type Socket } from 'node:net';

export interface RawExchange {
  /** What the server sent until it closed or the timeout passed, as latin1. */
  readonly received: string;
  readonly closedByServer: boolean;
}

export interface RawOptions {
  /** Milliseconds to wait for the server to close; 20 s by default. */
  readonly timeoutMs?: number;
  /**
   * What to do after sending: keep the connection open, end our side of it (FIN), or reset it
   * (RST).
   */
  readonly ending?: 'wait' | 'end' | 'reset';
}

/**
 * Writes raw octets to a socket, which no HTTP client would do. A connection that the server resets
 * counts as closed.
 */
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
