import type { RequestListener, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';
import { type ErrorHeaders, requestIdOf, setErrorHeaders } from './error-headers.ts';
import { endAnswer } from './log-exchanges.ts';

/** A random wait, so that devices refused at the same moment do not return at the same moment. */
const MIN_RETRY_SECONDS = 5;
const MAX_RETRY_SECONDS = 15;

/**
 * 503 with Retry-After: the same request may succeed a little later, here or at another replica.
 */
export function respondUnavailable(
  response: ServerResponse,
  text: string,
  headers?: ErrorHeaders,
): void {
  setRetryAfter(response);
  respondText(response, 503, text, headers);
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
  endAnswer(response, response.req.method === 'HEAD' ? undefined : octets);
}

/** The x-amzn-ErrorType of an error without a CertRep; ValidationException for all others. */
const ERROR_TYPES: Readonly<Record<number, string>> = {
  404: 'ResourceNotFoundException',
  500: 'InternalServerException',
  503: 'ServiceUnavailable',
};

/**
 * Sends one line of plain text. It says what is wrong and shows nothing internal. On the enrol
 * listener, whose responses have an id, headers say the same as those of AWS; `headers` changes
 * them where AWS has words of its own.
 */
export function respondText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Partial<ErrorHeaders> = {},
): void {
  if (status >= 400 && requestIdOf(response) !== undefined) {
    const type = ERROR_TYPES[status] ?? 'ValidationException';
    setErrorHeaders(response, { type, message: text, ...headers });
  }
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
