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
  /** 0 picks a free port. */
  readonly port: number;
  /** Certificate and key; plain HTTP without them. */
  readonly tls?: SecureContextOptions | undefined;
  /** A connection above this number is closed as soon as it is accepted. */
  readonly maxConnections?: number;
}

export interface RunningListener {
  /** Such as http://127.0.0.1:8080. */
  readonly url: string;
  /** New connections get this certificate; open ones keep theirs. Only for a listener with TLS. */
  setTls(tls: SecureContextOptions): void;
  /** Goes on serving, but closes each connection after the current or next request. */
  retire(): void;
  /** Refuses new connections, waits up to `graceMs` for open requests, then closes the rest. */
  drain(graceMs: number): Promise<void>;
}

/** Node's names; all in milliseconds. They cut off slow senders. */
const TIMEOUTS_MS = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 15_000,
  /** How often Node checks the first two. */
  connectionsCheckingInterval: 2_000,
};
const TLS_HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * A GET PKIOperation carries the whole message in its URL (RFC 8894 section 4.1), beside headers of
 * up to 64 KiB.
 */
const MAX_HEADER_OCTETS = 96 * 1024;

/**
 * Each connection may hold 64 KiB of headers and, on the enrol listener, 256 KiB of a body:
 * 1.25 GiB at worst. Hundreds of clients a second that each leave a connection idle for 15 s stay
 * below this number.
 */
const MAX_CONNECTIONS = 4096;

/**
 * @throws the system's error, with a `code` such as EADDRINUSE; OpenSSL's error for a certificate
 * that cannot serve
 */
export async function startListener(
  app: RequestListener,
  { host, port, tls, maxConnections = MAX_CONNECTIONS }: ListenOptions,
): Promise<RunningListener> {
  const options = { ...TIMEOUTS_MS, maxHeaderSize: MAX_HEADER_OCTETS };
  const exchanges = followExchanges();
  const answer: RequestListener = (request, response) => {
    exchanges.begin(request, response);
    app(request, response);
  };
  const secure =
    tls &&
    createHttpsServer({ ...options, ...tls, handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS }, answer);
  const server = secure ?? createHttpServer(options, answer);
  server.maxConnections = maxConnections;
  // A client that has ended its side still gets its answer. Node's types lack this option.
  Object.assign(server, { httpAllowHalfOpen: true });
  const sockets = trackSockets(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Beyond the backlog (511 by default) the kernel drops what clients send, and they repeat it a
    // second later.
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

/** All open sockets, including those in a TLS handshake, which the server does not list yet. */
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
  // `close` calls it, and it would cut off answers.
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
 * The URL at which other machines reach a listener. If it listens on every address (0.0.0.0 or ::),
 * this is the first IPv4 address of this machine that is not a loopback address.
 */
export function reachableUrl(listenerUrl: string): string {
  const url = new URL(listenerUrl);
  if (url.hostname !== '0.0.0.0' && url.hostname !== '[::]') return listenerUrl;
  const addresses = Object.values(networkInterfaces()).flatMap((interfaces) => interfaces ?? []);
  const outward = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  url.hostname = outward?.address ?? '127.0.0.1';
  return url.origin;
}
