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
  const underWay = new Set<ServerResponse>();
  const used = new Set<Socket>();
  let retired = false;
  let ending = false;
  const endIdle = () => {
    const busy = new Set([...underWay].map(({ req }) => req.socket));
    for (const socket of used) if (!busy.has(socket)) socket.destroySoon();
  };
  const retire = () => {
    retired = true;
    for (const response of underWay) announceEnd(response);
  };
  return {
    begin({ socket }, response) {
      if (retired) announceEnd(response);
      underWay.add(response);
      response.once('close', () => {
        underWay.delete(response);
        if (ending) endIdle();
      });
      if (used.has(socket)) return;
      used.add(socket);
      socket.once('close', () => used.delete(socket));
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
