import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { SignedRequest } from '../../../src/aws-wire/sigv4/signed-request.ts';

export interface Capture {
  readonly url: string;
  /** In the order of their coming. */
  readonly requests: readonly SignedRequest[];
  stop(): Promise<void>;
}

/** A server on 127.0.0.1 that keeps what it is sent and answers {} to everything. */
export async function captureRequests(): Promise<Capture> {
  const requests: SignedRequest[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const { method = '', url: target = '', rawHeaders } = request;
      requests.push({ method, target, headers: pairs(rawHeaders), body });
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  return rawHeaders.flatMap((name, i) => (i % 2 ? [] : [[name, rawHeaders[i + 1] ?? ''] as const]));
}
