import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Which connections of a server carry a request that is not answered to the last octet. */
export interface Exchanges {
  /** To be told of every request before it is answered. */
  begin(request: IncomingMessage, response: ServerResponse): void;
  /** From now on every answer says that it is the last of its connection. */
  retire(): void;
  /** Also ends the connections that wait for their next request, now or as soon as they do. */
  end(): void;
}

/**
 * Node's own closeIdleConnections takes an answer for done that is written and not yet sent, and cuts it off where the client reads
 * slowly. Here a connection is idle when its answers have left.
 */
export function followExchanges(): Exchanges {
  // By connection: when one is broken off, Node closes its first answer and forgets those of the requests that came right behind.
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
