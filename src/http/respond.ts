import type { RequestListener, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';

/** A random wait, so that devices refused at the same moment do not return at the same moment. */
const MIN_RETRY_SECONDS = 5;
const MAX_RETRY_SECONDS = 15;

/**
 * 503 with Retry-After: the same request may succeed a little later, here or at another replica.
 */
export function respondUnavailable(response: ServerResponse, text: string): void {
  setRetryAfter(response);
  respondText(response, 503, text);
}

/** Sets the Retry-After of `respondUnavailable` on a response with another body. */
export function setRetryAfter(response: ServerResponse): void {
  const range = MAX_RETRY_SECONDS - MIN_RETRY_SECONDS + 1;
  const seconds = MIN_RETRY_SECONDS + Math.floor(Math.random() * range);
  response.setHeader('Retry-After', seconds);
}

/**
 * Sends a whole response. The Content-Type goes out exactly as given: several SCEP clients compare
 * it to the letter, so nothing may add a charset (docs/rfc8894-conformance.md C7). HTTP/1.0 clients
 * need the Content-Length (C8).
 */
export function respond(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Uint8Array,
): void {
  // Not a copy: a CRL may have millions of octets and many slow readers.
  const octets =
    typeof body === 'string'
      ? Buffer.from(body)
      : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  response.statusCode = status;
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', octets.length);
  response.end(response.req.method === 'HEAD' ? undefined : octets);
}

/** Sends one line of plain text. It says what is wrong and shows nothing internal. */
export function respondText(response: ServerResponse, status: number, text: string): void {
  respond(response, status, 'text/plain', `${text}\n`);
}

/**
 * Answers in plain text what no handler of the app has answered. Express itself would answer in
 * HTML, and it calls no handler for a URL that it cannot parse.
 */
export function answerInPlainText(app: Express): RequestListener {
  return (request, response) => {
    const unanswered = (error?: unknown) => {
      if (response.headersSent) response.destroy();
      else if (error === undefined) respondText(response, 404, 'There is nothing at this URL.');
      else respondText(response, 500, 'Internal error.');
    };
    // Express turns its arguments into these types itself.
    app(request as Request, response as Response, unanswered);
  };
}
