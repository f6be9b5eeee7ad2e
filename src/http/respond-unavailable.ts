import type { ServerResponse } from 'node:http';
import { respondText } from './respond.ts';

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
