import type { IncomingMessage, ServerResponse } from 'node:http';
import { endAnswer } from './log-exchanges.ts';

export interface CorsOptions {
  /** Such as https://console.example.com; `*` stands for every origin. */
  readonly allowedOrigins: readonly string[];
}

/** The cors trait of the API's Smithy model. It lists Authorization, which `*` does not cover. */
const ALLOWED_HEADERS = [
  '*',
  'authorization',
  'content-type',
  'x-amz-content-sha256',
  'x-amz-user-agent',
  'x-amzn-platform-id',
  'x-amzn-trace-id',
];
const EXPOSED_HEADERS = ['x-amzn-errortype', 'x-amzn-requestid', 'x-amzn-trace-id'];
const MAX_AGE_SECONDS = 86_400;

/**
 * Lets pages of the allowed origins call the API. Answers their preflights here, since a browser
 * does not sign them, and then returns true. Every other request still needs a valid signature.
 */
export function applyCors(
  { allowedOrigins }: CorsOptions,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { method, headers } = request;
  const { origin } = headers;
  response.setHeader('Vary', 'Origin');
  if (origin === undefined || !['*', origin].some((one) => allowedOrigins.includes(one))) {
    return false;
  }
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS.join(', '));
  const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'];
  if (!isPreflight) return false;
  response.setHeader('Access-Control-Allow-Methods', 'DELETE, GET, POST');
  response.setHeader('Access-Control-Allow-Headers', ALLOWED_HEADERS.join(', '));
  response.setHeader('Access-Control-Max-Age', MAX_AGE_SECONDS);
  response.statusCode = 204;
  endAnswer(response);
  return true;
}
