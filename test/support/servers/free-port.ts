import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that the system gives to whoever connects, or a server that is started again could find its port taken. */
const FIRST = 12_000;
const COUNT = 10_000;
/** A node of a Redis Cluster listens as far above its port as well. */
const BUS = 10_000;

/**
 * A port of 127.0.0.1, for programs that cannot pick one and say which, or must have the same again. No other test is given it for as
 * long as this process lives.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if ((await reserve(port)) && (await isFree(port)) && (await isFree(port + BUS))) return port;
  }
}

/** The UDP port of the same number stands for the reservation: one process has it, and it ends with that. */
async function reserve(port: number): Promise<boolean> {
  const socket = createSocket('udp4').unref();
  try {
    const bound = once(socket, 'listening');
    socket.bind({ port, address: '127.0.0.1', exclusive: true });
    await bound;
    return true;
  } catch {
    socket.close();
    return false;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen({ port, host: '127.0.0.1', exclusive: true });
    await listening;
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
