import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { AwsError } from '../aws-wire/aws-error.ts';
import type { WireReply } from '../aws-wire/wire-reply.ts';
import type { Logger } from '../observability/logger.ts';
import {
  type ApiAnswer,
  type ApiDependencies,
  answerApiRequest,
  answerError,
  protocolOf,
  refuseUnread,
} from './answer-api-request.ts';
import { applyCors, type CorsOptions } from './apply-cors.ts';

export interface ApiListenerDependencies extends ApiDependencies {
  readonly randomUuid: () => string;
  readonly logger: Logger;
  /** Undefined: no page of any other origin may call the API. */
  readonly cors?: CorsOptions | undefined;
}

/** Octets of a body: ImportCertificateAuthorityCertificate takes a chain of 2 MiB, in base64. */
const MAX_BODY = 4 * 1024 * 1024;
/** Octets that are read whoever sends them: to refuse a body unread breaks off the client's sending, which loses many the answer. */
const SMALL_BODY = 64 * 1024;

/**
 * The listener that administrators reach: the API of Connector for SCEP, and that of Private CA, under any path. Express does not
 * stand before it, since that answers by itself, in HTML, what its own parser of URLs does not take.
 */
export function createApiApp(deps: ApiListenerDependencies): RequestListener {
  const readRaw = express.raw({ type: () => true, limit: MAX_BODY, inflate: false });
  return (request, response) => {
    answer(deps, readRaw, request, response).catch((error: unknown) => {
      deps.logger.error({ err: error }, 'an API request could not be answered');
      response.destroy();
    });
  };
}

async function answer(
  deps: ApiListenerDependencies,
  readRaw: RequestHandler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const begun = performance.now();
  const requestId = deps.randomUuid();
  response.setHeader('x-amzn-RequestId', requestId);
  response.setHeader('Cache-Control', 'no-store');
  if (deps.cors !== undefined && applyCors(deps.cors, request, response)) return;
  const { method = '', url: target = '' } = request;
  const head = { method, target, headers: paired(request.rawHeaders) };
  const refused = hasSmallBody(request) ? undefined : refuseUnread(deps, head);
  if (refused !== undefined) response.setHeader('Connection', 'close');
  const given =
    refused ??
    (await readBody(readRaw, request, response).then(
      (body) => answerApiRequest(deps, { ...head, body }),
      (error: unknown) => answerError(protocolOf(head), error),
    ));
  send(response, given.reply);
  log(deps.logger, given, { requestId, milliseconds: Math.round(performance.now() - begun) });
}

/** Also one without a body; not one that does not say how long it will be. */
function hasSmallBody({ headers }: IncomingMessage): boolean {
  const length = Number(headers['content-length'] ?? 0);
  return headers['transfer-encoding'] === undefined && length <= SMALL_BODY;
}

/** @throws AwsError SerializationException when the body is not taken; the connection then ends with the answer */
async function readBody(
  readRaw: RequestHandler,
  request: IncomingMessage & { readonly body?: unknown },
  response: ServerResponse,
): Promise<Uint8Array> {
  await new Promise<void>((resolve, reject) => {
    // It asks for no more than Node's own have.
    readRaw(request as Request, response as Response, (error?: unknown) => {
      if (error === undefined) return resolve();
      response.setHeader('Connection', 'close');
      const text = `The body must be whole, uncompressed and of at most ${MAX_BODY} octets`;
      reject(new AwsError('SerializationException', text, {}, { cause: error }));
    });
  });
  const { body } = request;
  return body instanceof Uint8Array ? body : new Uint8Array();
}

function paired(rawHeaders: readonly string[]): [name: string, value: string][] {
  return rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as [string, string]] : [],
  );
}

function send(response: ServerResponse, { status, headers, body }: WireReply): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // RFC 9110 section 8.6: none with a 204.
  if (status !== 204) response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}

/** Names who asked for what and what came of it: never an input or an output, which hold passwords. */
function log(
  logger: Logger,
  { reply, caller, operation, error, fault }: ApiAnswer,
  exchange: { readonly requestId: string; readonly milliseconds: number },
): void {
  const who = { caller: caller?.arn, region: caller?.region, service: caller?.service };
  const entry = { ...exchange, ...who, operation, status: reply.status, error: error?.code };
  if (fault === undefined) logger.info(entry, 'API request answered');
  else logger.error({ ...entry, err: fault }, 'API request failed');
}
