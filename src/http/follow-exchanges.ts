import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Tracks which connections have requests that are not completely answered. */
export interface Exchanges {
  /** Must see every request before it is answered. */
  begin(request: IncomingMessage, response: ServerResponse): void;
  /** From now on every answer closes its connection. */
  retire(): void;
  /** Also closes idle connections, now and as soon as others become idle. */
  end(): void;
}

/**
 * Replaces Node's closeIdleConnections, which counts an answer as done once it is written, and so
 * cuts it off when the client reads slowly. Here a connection is idle when its answers have left.
 */
export function followExchanges(): Exchanges {
  // By connection: when one breaks off, Node closes its first answer and forgets pipelined ones.
  const underWay = new Map<Socket, Set<ServerResponse>>();
  let retired = false;
  let ending = false;
  const follow = (socket: Socket) => {
    const answers = new Set<ServerResponse>();
    underWay.set(socket, answers);
    socket.once('close', () => underWay.delete(socket));
    return answers;
  };
  const endIdle = () => {
    for (const [socket, answers] of underWay) if (answers.size === 0) socket.destroySoon();
  };
  const retire = () => {
    retired = true;
    for (const answers of underWay.values()) answers.forEach(announceEnd);
  };
  return {
    begin({ socket }, response) {
      if (retired) announceEnd(response);
      const answers = underWay.get(socket) ?? follow(socket);
      answers.add(response);
      response.once('close', () => {
        answers.delete(response);
        if (ending) endIdle();
      });
    },
    retire,
    end() {
      retire();
      ending = true;
      endIdle();
    },
  };
}

function announceEnd(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
