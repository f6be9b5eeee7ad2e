import { Redis, type RedisOptions } from 'ioredis';

/** Connections to nodes of a cluster that have no slots yet: the list of slots does not name them, but keys are moved to them. */
export interface Newcomers {
  /** The node at this address; undefined until it is connected, which this begins. */
  readonly at: (address: string) => Redis | undefined;
  readonly close: () => void;
}

/** Connections that are lost are made anew when they are asked for again. */
export function connectNewcomers(
  optionsAt: (address: string) => Omit<RedisOptions, 'replyMapping'>,
): Newcomers {
  const servers = new Map<string, Redis>();
  const connect = (address: string) => {
    const options = { enableOfflineQueue: false, retryStrategy: () => null };
    const server = new Redis({ ...optionsAt(address), ...options });
    servers.set(address, server);
    // Whoever asks is told by the slot's old node where its keys are until they are here.
    server.on('error', () => undefined);
    server.once('end', () => servers.delete(address));
    return server;
  };
  return {
    at: (address) => {
      const server = servers.get(address) ?? connect(address);
      return server.status === 'ready' ? server : undefined;
    },
    close: () => {
      for (const server of servers.values()) server.disconnect();
    },
  };
}
