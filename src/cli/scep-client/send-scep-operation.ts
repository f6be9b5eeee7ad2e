import { exchangeHttp, HttpFailure, type HttpRequest } from './exchange-http.ts';
import { ScepClientError } from './scep-client-error.ts';

/** A SCEP server as the client reaches it. */
export interface ScepServer {
  /** http or https. Its path may be a secret: of a URL only the origin is ever shown. */
  readonly url: URL;
  /** Longest time for one request with its reply. */
  readonly timeoutMs: number;
  /** PEM of the CAs to accept for https instead of Node's own. */
  readonly tlsCa?: string | undefined;
}

export interface ScepOperation {
  readonly operation: 'GetCACaps' | 'GetCACert' | 'GetNextCACert' | 'PKIOperation';
  /** A pkiMessage in DER, sent by `method`. */
  readonly message?: Uint8Array;
  readonly method: 'GET' | 'POST';
}

export interface ScepReply {
  readonly status: number;
  /** Empty when the reply has none. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

const MAX_BODY = 1_048_576;

/**
 * Sends one operation (RFC 8894 section 4.1). Does not follow redirects: SCEP has none.
 * @throws ScepClientError when there is no reply in time, it is above 1 MiB, or it is a redirect.
 */
export async function sendScepOperation(
  server: ScepServer,
  operation: ScepOperation,
): Promise<ScepReply> {
  try {
    const { timeoutMs, tlsCa } = server;
    const limits = { timeoutMs, tlsCa, maxBody: MAX_BODY };
    const { status, headers, body } = await exchangeHttp(requestFor(server, operation), limits);
    refuseRedirect(server, status, headers.location);
    return { status, contentType: headers['content-type'] ?? '', body };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw new ScepClientError(
      `${operation.operation} at ${server.url.origin} failed: ${error.message}`,
    );
  }
}

function requestFor(
  { url }: ScepServer,
  { operation, message, method }: ScepOperation,
): HttpRequest {
  const target = new URL(url);
  target.searchParams.set('operation', operation);
  if (method === 'POST' && message !== undefined) {
    const headers = { 'content-type': 'application/x-pki-message' };
    return { url: target, method, headers, body: message };
  }
  if (message !== undefined) {
    target.searchParams.set('message', Buffer.from(message).toString('base64'));
  }
  return { url: target, method, headers: {} };
}

function refuseRedirect({ url }: ScepServer, status: number, location: string | undefined): void {
  if (status < 300 || status > 399) return;
  const target =
    location !== undefined && URL.canParse(location, url.href)
      ? new URL(location, url).origin
      : 'nowhere';
  throw new ScepClientError(
    `${url.origin} redirects to ${target} (HTTP ${status}), which SCEP clients do not follow. Use the URL it leads to`,
  );
}
