import type { ServerResponse } from 'node:http';

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
