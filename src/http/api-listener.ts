import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { AwsError } from '../aws-wire/aws-error.ts';
import type { WireReply } from '../aws-wire/codec.ts';
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
import type { ClientAddress } from './client-address.ts';
import { setRequestId } from './error-headers.ts';
import { inTurn } from './in-turn.ts';
import { endAnswer, logExchanges, noteForLog } from './log-exchanges.ts';
import { BodyError, bodyOf } from './receive-body.ts';

export interface ApiListenerDependencies extends ApiDependencies {
  readonly randomUuid: () => string;
  readonly logger: Logger;
  /** Undefined: no page of another origin may call the API. */
  readonly cors?: CorsOptions | undefined;
  /** By default that of the socket. */
  readonly clientAddress?: ClientAddress;
}

/** ImportCertificateAuthorityCertificate takes a chain of 2 MiB, in base64. */
const MAX_BODY_OCTETS = 4 * 1024 * 1024;
/** Read from every client: many that are cut off while they send never see the answer. */
const SMALL_BODY_OCTETS = 64 * 1024;
/**
 * Larger bodies that are received at once. The secret behind a known access key is not proven
 * before the body is there, and this many take 32 MiB.
 */
const MAX_LARGE_BODIES = 8;

/**
 * The listener for administrators: the APIs of Connector for SCEP and of Private CA, under any
 * path. It does not use Express, which answers URLs that it cannot parse by itself, in HTML.
 */
export function createApiListener(deps: ApiListenerDependencies): RequestListener {
  const readBody = createBodyReader();
  const listener: RequestListener = (request, response) => {
    answer(deps, readBody, request, response).catch((error: unknown) => {
      deps.logger.error({ err: error }, 'an API request could not be answered');
      response.destroy();
    });
  };
  const { logger, clientAddress } = deps;
  const saying = { logger, clientAddress, message: 'API request answered' };
  const logged = logExchanges(listener, saying);
  return inTurn(logged, MAX_BODY_OCTETS);
}

async function answer(
  deps: ApiListenerDependencies,
  readBody: ReturnType<typeof createBodyReader>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  setRequestId(response, deps.randomUuid());
  response.setHeader('Cache-Control', 'no-store');
  if (deps.cors !== undefined && applyCors(deps.cors, request, response)) return;
  const { method = '', url: target = '' } = request;
  const head = { method, target, headers: paired(request.rawHeaders) };
  const refused = hasSmallBody(request) ? undefined : refuseUnread(deps, head);
  if (refused !== undefined) {
    bodyOf(request).forget();
    response.setHeader('Connection', 'close');
  }
  const given =
    refused ??
    (await readBody(request).then(
      (body) => answerApiRequest(deps, { ...head, body }),
      (error: unknown) => answerError(protocolOf(head), error),
    ));
  note(response, given);
  send(response, given.reply);
}

/** True without a body too; false when the length is not announced. */
function hasSmallBody({ headers }: IncomingMessage): boolean {
  const length = Number(headers['content-length'] ?? 0);
  return headers['transfer-encoding'] === undefined && length <= SMALL_BODY_OCTETS;
}

/**
 * The result waits for the body of a request.
 * @throws AwsError SerializationException for a body that is refused, ServiceUnavailable while too
 * many large ones are received
 */
function createBodyReader(): (request: IncomingMessage) => Promise<Uint8Array> {
  let large = 0;
  return async (request) => {
    const size = hasSmallBody(request) ? 0 : 1;
    if (large + size > MAX_LARGE_BODIES) {
      bodyOf(request).forget();
      throw new AwsError('ServiceUnavailable', 'Too many large bodies at once. Try again later');
    }
    large += size;
    try {
      return await bodyOf(request).whole();
    } catch (error) {
      if (!(error instanceof BodyError)) throw error;
      const limit = `whole, uncompressed and of at most ${MAX_BODY_OCTETS} octets`;
      const text = `The body must be ${limit}: ${error.message}`;
      throw new AwsError('SerializationException', text, {}, { cause: error });
    } finally {
      large -= size;
    }
  };
}

function paired(rawHeaders: readonly string[]): [name: string, value: string][] {
  return rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as [string, string]] : [],
  );
}

function send(response: ServerResponse, { status, headers, body }: WireReply): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // RFC 9110 section 8.6: no Content-Length with a 204.
  if (status !== 204) response.setHeader('Content-Length', Buffer.byteLength(body));
  endAnswer(response, body);
}

/** Logs caller, operation and outcome; never an input or an output, which may hold passwords. */
function note(response: ServerResponse, { caller, operation, error, fault }: ApiAnswer): void {
  const who = {
    caller: caller?.arn,
    accountId: caller?.accountId,
    accessKeyId: caller?.accessKeyId,
    region: caller?.region,
    service: caller?.service,
  };
  noteForLog(response, { ...who, operation, error: error?.code });
  if (fault === undefined) return;
  noteForLog(response, { err: fault }, { message: 'API request failed', level: 'error' });
}
