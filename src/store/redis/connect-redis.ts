import { type RedisOptions as ClientOptions, Cluster, Redis } from 'ioredis';
import { omitUndefined } from '../../omit-undefined.ts';
import { connectNewcomers } from './connect-newcomers.ts';
import { ALL_SLOTS, clusterSlot } from './keys.ts';
import { plainReason, readReplyError } from './plain-reason.ts';
import type { RedisStoreSettings } from './redis-store-settings.ts';

/** Connections to the servers that accept writes; lost ones are reopened without end. */
export interface RedisConnections {
  /** The server that holds a key; undefined while none is known. */
  readonly serverFor: (key: string) => Redis | undefined;
  /** The server at host:port, to which a cluster redirected. */
  readonly serverAt: (address: string) => Redis | undefined;
  /** The servers that together hold every key; undefined while one of them is not known. */
  readonly primaries: () => readonly Redis[] | undefined;
  /** Asks again which server holds which slots; resolves even when the question fails. */
  readonly refresh: () => Promise<void>;
  readonly isCluster: boolean;
  readonly close: () => void;
}

export interface ConnectionEvents {
  readonly onReady: (server: Redis) => void;
  readonly report: (fault: string) => void;
}

/** Without `replyMapping`, so replies are not converted. */
type RedisOptions = Omit<ClientOptions, 'replyMapping'>;

const CONNECTION_NAME = 'scep-connector';
const LONGEST_PAUSE_MS = 2_000;

/** Starts to connect and returns at once, whether or not a server answers. */
export function connectRedis(
  settings: RedisStoreSettings,
  events: ConnectionEvents,
): RedisConnections {
  const outage = reportOutages(settings, events.report);
  const connected = (server: Redis) => {
    outage.over();
    events.onReady(server);
  };
  return settings.topology === 'cluster'
    ? connectCluster(settings, { connected, failed: outage.begun })
    : connectOne(settings, { connected, failed: outage.begun });
}

interface Watchers {
  readonly connected: (server: Redis) => void;
  readonly failed: (error: Error) => void;
}

function connectOne(settings: RedisStoreSettings, watchers: Watchers): RedisConnections {
  const addresses = settings.nodes.map(parseAddress);
  const tls = tlsOptions(settings);
  const place: RedisOptions =
    settings.topology === 'sentinel'
      ? {
          sentinels: addresses,
          name: settings.sentinelName ?? '',
          sentinelRetryStrategy: backOff,
          sentinelCommandTimeout: settings.commandTimeoutMs,
          ...omitUndefined({ sentinelUsername: settings.sentinelUsername }),
          ...omitUndefined({ sentinelPassword: settings.sentinelPassword }),
          ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
        }
      : (addresses[0] ?? {});
  const redis = new Redis({
    ...commonOptions(settings),
    ...place,
    db: settings.database,
    enableOfflineQueue: false,
    retryStrategy: backOff,
  });
  redis.on('ready', () => watchers.connected(redis));
  redis.on('error', (error: Error & { readonly command?: { readonly name: string } }) => {
    if (error.command?.name !== 'select') return watchers.failed(error);
    // The client would continue in database 0, which may belong to another installation.
    redis.disconnect(true);
    watchers.failed(new Error(`no database ${settings.database} for us: ${plainReason(error)}`));
  });
  const server = () => (redis.status === 'ready' ? redis : undefined);
  return {
    serverFor: server,
    serverAt: server,
    primaries: () => {
      const one = server();
      return one && [one];
    },
    refresh: async () => undefined,
    isCluster: false,
    close: () => redis.disconnect(),
  };
}

function connectCluster(settings: RedisStoreSettings, watchers: Watchers): RedisConnections {
  const cluster = new Cluster(settings.nodes.map(parseAddress), {
    clusterRetryStrategy: backOff,
    // A cluster without some of its slots serves the others.
    enableReadyCheck: false,
    slotsRefreshTimeout: settings.commandTimeoutMs,
    redisOptions: commonOptions(settings),
    // Keeps host names, which certificates contain, instead of addresses.
    ...(settings.tls && { dnsLookup: (address, done) => done(null, address) }),
  });
  cluster.on('+node', (server: Redis) => {
    server.on('ready', () => watchers.connected(server));
  });
  cluster.on('error', watchers.failed);
  cluster.on('node error', watchers.failed);
  const newcomers = connectNewcomers((address) => ({
    ...commonOptions(settings),
    ...parseAddress(address),
  }));
  const primaryAt = (address: string | undefined) =>
    cluster.nodes('master').find(({ options: { host, port } }) => `${host}:${port}` === address);
  return {
    serverFor: (key) => primaryAt(cluster.slots[clusterSlot(key)]?.[0]),
    serverAt: (address) => primaryAt(address) ?? newcomers.at(address),
    primaries: () => {
      const addresses = new Set(ALL_SLOTS.map((slot) => cluster.slots[slot]?.[0]));
      const servers = [...addresses].flatMap((address) => primaryAt(address) ?? []);
      return servers.length === addresses.size ? servers : undefined;
    },
    refresh: () => new Promise((resolve) => cluster.refreshSlotsCache(() => resolve())),
    isCluster: true,
    close: () => {
      cluster.disconnect();
      newcomers.close();
    },
  };
}

/**
 * A command whose connection is lost is rejected and not kept to be sent later. The caller decides
 * about a retry, and a write that it has given up is never made.
 */
function commonOptions(settings: RedisStoreSettings): RedisOptions {
  const tls = tlsOptions(settings);
  const { username, password, commandTimeoutMs } = settings;
  return {
    ...omitUndefined({ username, password, tls }),
    protocol: 2,
    connectionName: CONNECTION_NAME,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: Math.max(commandTimeoutMs, 1_000),
    // A server that is silent for so long is not merely slow.
    socketTimeout: 2 * commandTimeoutMs,
    // The former master is a replica now.
    reconnectOnError: (error) => readReplyError(error)?.startsWith('READONLY') ?? false,
  };
}

function tlsOptions({ tls }: RedisStoreSettings) {
  if (!tls) return undefined;
  const { serverName: servername, ...files } = tls;
  return { ...omitUndefined({ ...files, servername }), minVersion: 'TLSv1.2' as const };
}

/**
 * Doubles after each attempt up to 2 s, with a random part so that replicas do not act together.
 */
function backOff(attempt: number): number {
  const longest = Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS);
  return longest * (0.5 + Math.random() / 2);
}

/** Reports when Redis is no longer reached, and when it is reached again. */
function reportOutages({ nodes }: RedisStoreSettings, report: (fault: string) => void) {
  let isOut = false;
  return {
    begun: (error: Error) => {
      if (!isOut) report(`Redis (${nodes.join(', ')}) is not reached: ${plainReason(error)}`);
      isOut = true;
    },
    over: () => {
      if (isOut) report(`Redis (${nodes.join(', ')}) is reached again`);
      isOut = false;
    },
  };
}

function parseAddress(node: string): { readonly host: string; readonly port: number } {
  const colon = node.lastIndexOf(':');
  return {
    host: node.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
    port: Number(node.slice(colon + 1)),
  };
}
