import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from '../observability/logger.ts';
import { type ClientAddress, createClientAddress } from './client-address.ts';
import { requestIdOf } from './error-headers.ts';
import { bodyOf } from './receive-body.ts';

/** What a handler says of a request in the log. It holds no secret. */
interface Note {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly members: object;
}

/** A request whose line is not yet written. */
interface Exchange {
  readonly logger: Logger;
  readonly request: IncomingMessage;
  /** Known from the start, because handlers change it, and a closed socket has none. */
  readonly url: string;
  readonly remoteAddress: string | undefined;
  note: Note;
}

interface LogOptions {
  readonly logger: Logger;
  /** Of the lines of requests that no handler has a note for. */
  readonly message: string;
  /** By default that of the socket. */
  readonly clientAddress?: ClientAddress | undefined;
}

const exchanges = new WeakMap<ServerResponse, Exchange>();

/** What a client calls itself, and the path that it asks for, are cut to these lengths. */
const MAX_USER_AGENT_LENGTH = 120;
const MAX_PATH_LENGTH = 200;

/**
 * Leaves one line in the log for each request to a listener, in the moment of its answer. Stands
 * behind `inTurn`.
 */
export function logExchanges(
  app: RequestListener,
  { logger, message, clientAddress = createClientAddress() }: LogOptions,
): RequestListener {
  const note: Note = { level: 'info', message, members: {} };
  return (request, response) => {
    const { url = '' } = request;
    const remoteAddress = clientAddress(request);
    exchanges.set(response, { logger, request, url, remoteAddress, note });
    // Express answers some requests by itself, such as OPTIONS.
    response.once('close', () => {
      if (response.writableEnded) writeLine(response);
    });
    app(request, response);
  };
}

/** Adds members to the line of a request, and replaces its message and its level. */
export function noteForLog(
  response: ServerResponse,
  members: object,
  saying: Partial<Pick<Note, 'level' | 'message'>> = {},
): void {
  const exchange = exchanges.get(response);
  if (exchange === undefined) return;
  const { note } = exchange;
  exchange.note = { ...note, ...saying, members: { ...note.members, ...members } };
}

/** The end of every answer of ours. */
export function endAnswer(response: ServerResponse, body?: string | Uint8Array): void {
  response.end(body);
  writeLine(response);
}

function writeLine(response: ServerResponse): void {
  const exchange = exchanges.get(response);
  if (exchange === undefined) return;
  exchanges.delete(response);
  const { logger, request, url, remoteAddress, note } = exchange;
  if (!logger.isLevelEnabled(note.level)) return;
  const { since, octets } = bodyOf(request);
  const line = {
    ...note.members,
    httpStatus: response.statusCode,
    remoteAddress,
    requestOctets: url.length + octets(),
    replyOctets: replyOctets(response),
    milliseconds: Math.round(performance.now() - since),
    requestId: requestIdOf(response),
    method: request.method,
    path: withoutSecrets(url),
    userAgent: request.headers['user-agent']?.slice(0, MAX_USER_AGENT_LENGTH),
    // The client has left before its answer.
    ...(response.destroyed && { unread: true }),
  };
  logger[note.level](line, note.message);
}

function replyOctets(response: ServerResponse): number {
  if (response.req.method === 'HEAD') return 0;
  return Number(response.getHeader('Content-Length') ?? 0);
}

/** What follows the connector in the path of its URL, or in one that was copied wrongly. */
const AFTER_CONNECTOR =
  /(\/scep\/+[^/]+\/|\d{12}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\/|%2f)).*/is;
const UUID = /(?<=\/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\/|$)/gi;

/**
 * The path of a URL without the UUID in it that only devices know. A path that misses its connector
 * may hold that too, so no segment of a path that is a UUID is shown.
 */
function withoutSecrets(url: string): string {
  const end = url.indexOf('?');
  const path = end === -1 ? url : url.slice(0, end);
  return path.replace(AFTER_CONNECTOR, '$1…').replace(UUID, '…').slice(0, MAX_PATH_LENGTH);
}
