import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface HttpRequest {
  /** http or https. */
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
}

export interface HttpLimits {
  /** Longest time for the request with its reply. */
  readonly timeoutMs: number;
  /** PEM of the CAs to accept for https instead of Node's own. */
  readonly tlsCa?: string | undefined;
  /** Octets of a reply's body. */
  readonly maxBody: number;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

const { version } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string };
/** For the log of the server, which names the client by it (src/scep/guess-client.ts). */
const USER_AGENT = { 'user-agent': `scep-connector/${version}` };

/** There is no reply. The message says why, without the URL, whose path may be a secret. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
}

/**
 * Sends one request on a new connection. Does not follow redirects, which may lead to any server.
 * @throws HttpFailure when there is no reply in time, or it is too large
 */
export async function exchangeHttp(request: HttpRequest, limits: HttpLimits): Promise<HttpReply> {
  const signal = AbortSignal.timeout(limits.timeoutMs);
  try {
    const response = await send(request, limits, signal);
    const body = await readBody(response, limits.maxBody);
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  } catch (error) {
    if (error instanceof HttpFailure) throw error;
    throw new HttpFailure(
      signal.aborted
        ? `no complete reply within ${limits.timeoutMs / 1000} seconds`
        : networkReason(error),
    );
  }
}

function send(
  { url, method, headers, body }: HttpRequest,
  { tlsCa }: HttpLimits,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const ca = tlsCa === undefined ? {} : { ca: tlsCa };
  return new Promise((resolve, reject) => {
    const all = { ...USER_AGENT, ...headers, ...length };
    start(url, { method, headers: all, signal, agent: false, ...ca })
      .on('response', resolve)
      .on('error', reject)
      .end(body);
  });
}

async function readBody(response: IncomingMessage, maxBody: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBody) {
      response.destroy();
      throw new HttpFailure(`the reply is larger than ${maxBody / 1_048_576} MiB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Returns Node's error code, which holds no secret: ECONNREFUSED, DEPTH_ZERO_SELF_SIGNED_CERT. */
function networkReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const unknownIssuer = code !== undefined && /SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code);
  return unknownIssuer ? `${code} (--tls-ca names the CA of the server)` : (code ?? message);
}
