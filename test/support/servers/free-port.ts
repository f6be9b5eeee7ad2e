import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that the system gives to outgoing connections, which could take the port of a
 * server that restarts.
 */
const FIRST = 12_000;
const COUNT = 10_000;
/** A node of a Redis Cluster also listens this far above its port. */
const BUS = 10_000;

/**
 * A port of 127.0.0.1 for programs that cannot choose a port and report it, or need the same one
 * again. No other test gets it while this process lives.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if ((await reserve(port)) && (await isFree(port)) && (await isFree(port + BUS))) return port;
  }
}

/**
 * Binding the UDP port of the same number is the reservation: only one process can hold it, and it
 * ends with that process.
 */
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
