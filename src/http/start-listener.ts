import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type RequestListener,
} from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { SecureContextOptions } from 'node:tls';
import { type Exchanges, followExchanges } from './follow-exchanges.ts';

export interface ListenOptions {
  /** An address of this machine, or a name of one. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Certificate and key; plain HTTP without them. */
  readonly tls?: SecureContextOptions | undefined;
  /** What is above it is closed as soon as it is accepted. */
  readonly maxConnections?: number;
}

export interface RunningListener {
  /** Such as http://127.0.0.1:8080. */
  readonly url: string;
  /** New connections get this certificate; those that are open stay. Only for a listener that was started with TLS. */
  setTls(tls: SecureContextOptions): void;
  /** Goes on as before, but lets no connection have another request after the one that is under way, or comes next. */
  retire(): void;
  /** Takes no new connections, lets requests under way finish for `graceMs`, then ends what is left. */
  drain(graceMs: number): Promise<void>;
}

/** Milliseconds. Slow senders are cut off (S23). */
const TIMEOUTS = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 15_000,
  /** How often the first two are looked at. */
  connectionsCheckingInterval: 2_000,
};
const TLS_HANDSHAKE_TIMEOUT = 10_000;

/** Octets: a GET PKIOperation carries the whole message in its URL (protocol C10). */
const MAX_HEADERS = 64 * 1024;

/**
 * Open at the same time. Each may hold 64 KiB of headers and, on the enrol listener, 256 KiB of a body: 1.25 GiB at the worst. Clients
 * that come by the hundreds in a second and then leave their connections idle for 15 s stay below.
 */
const MAX_CONNECTIONS = 4096;

/** @throws the system's error, with `code` such as EADDRINUSE; OpenSSL's for a certificate that cannot serve */
export async function startListener(
  app: RequestListener,
  { host, port, tls, maxConnections = MAX_CONNECTIONS }: ListenOptions,
): Promise<RunningListener> {
  const options = { ...TIMEOUTS, maxHeaderSize: MAX_HEADERS };
  const exchanges = followExchanges();
  const answer: RequestListener = (request, response) => {
    exchanges.begin(request, response);
    app(request, response);
  };
  const secure =
    tls &&
    createHttpsServer({ ...options, ...tls, handshakeTimeout: TLS_HANDSHAKE_TIMEOUT }, answer);
  const server = secure ?? createHttpServer(options, answer);
  server.maxConnections = maxConnections;
  // A client that has ended its own side still gets its answer. Node has the option, its types do not.
  Object.assign(server, { httpAllowHalfOpen: true });
  const sockets = trackSockets(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // So many may wait to be accepted. Beyond the 511 of Node the kernel loses what they send first, and they send it again a second later.
    server.listen({ port, host, backlog: MAX_CONNECTIONS }, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `${secure ? 'https' : 'http'}://${name}:${address.port}`,
    setTls: (identity) => secure?.setSecureContext(identity),
    retire: exchanges.retire,
    drain: (graceMs) => drain(server, { sockets, exchanges }, graceMs),
  };
}

/** All that are open, also those whose TLS handshake is not done, which the server itself does not know yet. */
function trackSockets(server: HttpServer | HttpsServer): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function drain(
  server: HttpServer | HttpsServer,
  { sockets, exchanges }: { readonly sockets: ReadonlySet<Socket>; readonly exchanges: Exchanges },
  graceMs: number,
): Promise<void> {
  // `close` calls it, and it would cut answers off.
  server.closeIdleConnections = () => undefined;
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  exchanges.end();
  const deadline = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, graceMs);
  await closed;
  clearTimeout(deadline);
}

/**
 * The URL of a listener as others can use it: for one that listens on every address (0.0.0.0 or ::), with the first address of
 * this machine that is not its own loopback.
 */
export function reachableUrl(listenerUrl: string): string {
  const url = new URL(listenerUrl);
  if (url.hostname !== '0.0.0.0' && url.hostname !== '[::]') return listenerUrl;
  const addresses = Object.values(networkInterfaces()).flatMap((interfaces) => interfaces ?? []);
  const outward = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  url.hostname = outward?.address ?? '127.0.0.1';
  return url.origin;
}
