import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that can lose answers. */
export interface CuttingProxy {
  /** host:port */
  readonly address: string;
  /**
   * Drops the server's next answer after the client has sent something that contains `marker`, and
   * cuts the connection. Resolves when that has happened.
   */
  readonly cutAnswerTo: (marker: string) => Promise<void>;
  /** From now on nothing passes in either direction, though connections stay open. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly stop: () => Promise<void>;
}

export async function startCuttingProxy(port: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let armed: { readonly marker: string; readonly done: () => void } | undefined;
  let frozen = false;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let isMarked = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (armed && chunk.includes(armed.marker)) isMarked = true;
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (armed && isMarked) {
        armed.done();
        armed = undefined;
        client.destroy();
        return;
      }
      client.write(chunk);
    });
    if (frozen) for (const socket of [client, upstream]) socket.pause();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutAnswerTo: (marker) =>
      new Promise((done) => {
        armed = { marker, done };
      }),
    freeze: () => {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw: () => {
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
