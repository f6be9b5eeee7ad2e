import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What happens to one call. It passes, after `delayMs` if set; or AWS answers with an error, with
 * or without having done it; or the connection is reset, before the call is passed on or after it
 * was answered.
 */
export type CallFate =
  | { readonly kind: 'pass'; readonly delayMs?: number }
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** The name of AWS's error. */
      readonly error: string;
      /** Replaces the proxy's own text. */
      readonly message?: string;
      readonly done?: boolean;
    }
  /** Something in between answers with a page of its own. */
  | { readonly kind: 'page'; readonly status: number; readonly done?: boolean }
  | { readonly kind: 'reset'; readonly done: boolean };

export const PASS: CallFate = { kind: 'pass' };

export interface FaultProxy {
  /** Stands for the endpoint of AWS. */
  readonly url: string;
  /** Sets what happens to later calls, such as `IssueCertificate`. */
  setFate(fateOf: (operation: string) => CallFate): void;
  /** How often an operation was called since the last `setFate`. */
  calls(operation: string): number;
  stop(): Promise<void>;
}

/** Longer than any test leaves a connection idle. */
const KEPT_FOR_MS = 600_000;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/**
 * A proxy on 127.0.0.1 in front of an endpoint of Private CA. Calls pass unchanged, including the
 * Host that their signature covers.
 */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  let fateOf: (operation: string) => CallFate = () => PASS;
  const counts = new Map<string, number>();
  // One connection for each call, because a kept connection may end under a call.
  const agent = new Agent({ keepAlive: false });

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(incoming);
    const operation = String(incoming.headers['x-amz-target']).replace(/^.*\./, '');
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
    const fate = fateOf(operation);
    const isDone = fate.kind === 'pass' || fate.done === true;
    if (fate.kind === 'pass') await sleep(fate.delayMs ?? 0);
    const answer = isDone ? await passOn(target, agent, incoming, body) : undefined;
    if (fate.kind === 'reset' || response.destroyed) {
      incoming.socket.resetAndDestroy();
    } else if (fate.kind === 'answer') {
      const { status, error, message = `the proxy says ${error}` } = fate;
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: error, message }));
    } else if (fate.kind === 'page') {
      response.writeHead(fate.status, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>Please sign in</title>');
    } else if (answer !== undefined) {
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    }
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = KEPT_FOR_MS;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    setFate(next) {
      counts.clear();
      fateOf = next;
    },
    calls: (operation) => counts.get(operation) ?? 0,
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function passOn(
  target: string,
  agent: Agent,
  { method, url, headers }: IncomingMessage,
  body: Uint8Array,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(url ?? '/', target),
      { agent, method: method ?? 'POST', headers },
      (incoming) => {
        buffer(incoming).then(
          (answer) =>
            resolve({
              status: incoming.statusCode ?? 502,
              headers: incoming.headers,
              body: answer,
            }),
          reject,
        );
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
