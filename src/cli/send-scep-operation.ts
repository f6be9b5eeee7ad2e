import type { IncomingMessage } from 'node:http';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { ScepClientError } from './scep-client-error.ts';

/** A SCEP server as the client reaches it. */
export interface ScepServer {
  /** http or https. Its path may be a secret: of a URL only the origin is ever shown. */
  readonly url: URL;
  /** For one request with its reply. */
  readonly timeoutMs: number;
  /** PEM of the CAs to accept for https instead of Node's own. */
  readonly tlsCa?: string | undefined;
}

export interface ScepOperation {
  readonly operation: 'GetCACaps' | 'GetCACert' | 'GetNextCACert' | 'PKIOperation';
  /** A pkiMessage, DER; goes by `method`. */
  readonly message?: Uint8Array;
  readonly method: 'GET' | 'POST';
}

export interface HttpReply {
  readonly status: number;
  /** Empty when the server names none. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

const MAX_BODY = 1_048_576;

/**
 * Sends one operation (RFC 8894 section 4.1) on a connection of its own. Redirects are not followed: SCEP knows none, and the
 * next server might be anybody's.
 * @throws ScepClientError when there is no reply in time, it is above 1 MiB, or it is a redirect.
 */
export async function sendScepOperation(
  server: ScepServer,
  operation: ScepOperation,
): Promise<HttpReply> {
  const signal = AbortSignal.timeout(server.timeoutMs);
  try {
    const response = await send(server, operation, signal);
    const reply = {
      status: response.statusCode ?? 0,
      contentType: response.headers['content-type'] ?? '',
      body: await readBody(response),
    };
    refuseRedirect(server, reply.status, response.headers.location);
    return reply;
  } catch (error) {
    if (error instanceof ScepClientError) throw error;
    const reason = signal.aborted
      ? `no complete reply within ${server.timeoutMs / 1000} seconds`
      : networkReason(error);
    throw new ScepClientError(`${operation.operation} at ${server.url.origin} failed: ${reason}`);
  }
}

function send(
  { url, tlsCa }: ScepServer,
  { operation, message, method }: ScepOperation,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const target = new URL(url);
  target.searchParams.set('operation', operation);
  const body = method === 'POST' ? message : undefined;
  if (message !== undefined && body === undefined) {
    target.searchParams.set('message', Buffer.from(message).toString('base64'));
  }
  const headers =
    body === undefined
      ? {}
      : { 'content-type': 'application/x-pki-message', 'content-length': body.length };
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const ca = tlsCa === undefined ? {} : { ca: tlsCa };
    start(target, { method, headers, signal, agent: false, ...ca })
      .on('response', resolve)
      .on('error', reject)
      .end(body);
  });
}

async function readBody(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY) {
      response.destroy();
      throw new ScepClientError('the reply is larger than 1 MiB, which no SCEP reply is');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refuseRedirect({ url }: ScepServer, status: number, location: string | undefined): void {
  if (status < 300 || status > 399) return;
  const target =
    location !== undefined && URL.canParse(location, url.href)
      ? new URL(location, url).origin
      : 'nowhere';
  throw new ScepClientError(
    `${url.origin} redirects to ${target} (HTTP ${status}), which SCEP clients do not follow. Give the URL it leads to`,
  );
}

/** Node's codes are short and without secrets: ECONNREFUSED, ENOTFOUND, DEPTH_ZERO_SELF_SIGNED_CERT. */
function networkReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const unknownIssuer = code !== undefined && /SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code);
  return unknownIssuer ? `${code} (--tls-ca names the CA of the server)` : (code ?? message);
}
