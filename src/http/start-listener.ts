import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RunningListener {
  /** Such as http://127.0.0.1:8080. */
  readonly url: string;
  /** Takes no new connections, lets requests under way finish for `graceMs`, then ends what is left. */
  drain(graceMs: number): Promise<void>;
}

/**
 * Listens on `host` and `port`; port 0 picks a free one. Headers may have 64 KiB, because a GET PKIOperation carries the
 * whole message in its URL (protocol C10), and slow senders are cut off (S23).
 * @throws the system's error, with `code` such as EADDRINUSE
 */
export async function startListener(
  app: RequestListener,
  host: string,
  port: number,
): Promise<RunningListener> {
  const server = createServer(
    {
      maxHeaderSize: 64 * 1024,
      headersTimeout: 15_000,
      requestTimeout: 30_000,
      // How often the two are looked at.
      connectionsCheckingInterval: 2_000,
    },
    app,
  );
  server.keepAliveTimeout = 15_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}`, drain: (graceMs) => drain(server, graceMs) };
}

async function drain(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // A connection that was busy at the close becomes idle after its answer and would stay open for the client's next request.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(deadline);
}
