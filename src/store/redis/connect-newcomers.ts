import { Redis, type RedisOptions } from 'ioredis';

/**
 * Connections to cluster nodes that have no slots yet: keys move to them, but the list of slots
 * does not name them.
 */
export interface Newcomers {
  /** The node at this address; undefined until it is connected. The first call connects. */
  readonly at: (address: string) => Redis | undefined;
  readonly close: () => void;
}

/** A lost connection is opened again when it is asked for. */
export function connectNewcomers(
  optionsAt: (address: string) => Omit<RedisOptions, 'replyMapping'>,
): Newcomers {
  const servers = new Map<string, Redis>();
  const connect = (address: string) => {
    const options = { enableOfflineQueue: false, retryStrategy: () => null };
    const server = new Redis({ ...optionsAt(address), ...options });
    servers.set(address, server);
    // Until it is connected, callers ask the slot's old node, which redirects them again.
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
