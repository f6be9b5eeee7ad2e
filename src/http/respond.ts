import type { RequestListener, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';

/** Seconds. A fleet that was refused at one moment should not come back at one. */
const SOONEST = 5;
const LATEST = 15;

/** 503 with Retry-After: the same request may succeed a little later, here or at another replica. */
export function respondUnavailable(response: ServerResponse, text: string): void {
  setRetryAfter(response);
  respondText(response, 503, text);
}

/** The Retry-After of `respondUnavailable`, for a body of another kind. */
export function setRetryAfter(response: ServerResponse): void {
  const seconds = SOONEST + Math.floor(Math.random() * (LATEST - SOONEST + 1));
  response.setHeader('Retry-After', seconds);
}

/**
 * Sends a whole response. The Content-Type goes out as given: several SCEP clients compare it to the letter, so nothing
 * may add a charset (protocol C7). Content-Length is always there, for HTTP/1.0 clients (C8).
 */
export function respond(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Uint8Array,
): void {
  // The octets themselves and no copy: a CRL may have millions, and many who read it slowly.
  const octets =
    typeof body === 'string'
      ? Buffer.from(body)
      : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  response.statusCode = status;
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', octets.length);
  response.end(response.req.method === 'HEAD' ? undefined : octets);
}

/** One line of plain text: what was wrong, in words that tell a stranger nothing about the inside. */
export function respondText(response: ServerResponse, status: number, text: string): void {
  respond(response, status, 'text/plain', `${text}\n`);
}

/**
 * The app as a listener that answers in plain text what no handler of the app has answered. Express would do so in HTML, and asks
 * no handler at all for a target that its own parser of URLs does not take.
 */
export function answerInPlainText(app: Express): RequestListener {
  return (request, response) => {
    const unanswered = (error?: unknown) => {
      if (response.headersSent) response.destroy();
      else if (error === undefined) respondText(response, 404, 'There is nothing at this URL.');
      else respondText(response, 500, 'Internal error.');
    };
    // The app itself makes them what these types say.
    app(request as Request, response as Response, unanswered);
  };
}
