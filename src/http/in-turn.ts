import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { receiveBody } from './receive-body.ts';

/** Beyond this number of waiting requests nothing more is read from a connection. */
const MAX_WAITING = 16;

/**
 * The front of every listener. It hands over the requests of a connection one after the other,
 * each in a turn of the event loop of its own: a client that pipelines gets no more of the
 * processor than one that waits for its answers. Bodies are received at once, in any case.
 */
export function inTurn(app: RequestListener, maxBodyOctets: number): RequestListener {
  const waiting = new WeakMap<Socket, (() => void)[]>();
  const handOverNext = (socket: Socket) => {
    const next = waiting.get(socket)?.shift();
    if (next !== undefined) {
      setImmediate(next);
      return;
    }
    waiting.delete(socket);
    if (socket.isPaused()) socket.resume();
  };
  return (request, response) => {
    receiveBody(request, response, maxBodyOctets);
    const { socket } = request;
    const handOver = () => {
      if (socket.destroyed) return;
      response.once('close', () => handOverNext(socket));
      app(request, response);
    };
    const others = waiting.get(socket);
    if (others === undefined) {
      waiting.set(socket, []);
      handOver();
      return;
    }
    others.push(handOver);
    // Node resumes the socket after each request that it has read.
    if (others.length === MAX_WAITING) process.nextTick(() => socket.pause());
  };
}
