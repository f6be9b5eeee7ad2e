import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import express, { type Request } from 'express';
import type { EnrolmentDependencies } from '../enrolment/decider.ts';
import type { Logger } from '../observability/logger.ts';
import type { OcspResponder } from '../private-ca/ocsp/ocsp-responder.ts';
import { parseScepQuery } from '../scep/parse-scep-query.ts';
import type { ClientAddress } from './client-address.ts';
import { type ErrorHeaders, setRequestId } from './error-headers.ts';
import { inTurn } from './in-turn.ts';
import type { LoadLimit } from './limit-load.ts';
import { logExchanges, noteForLog } from './log-exchanges.ts';
import { bodyOf } from './receive-body.ts';
import { renderHttpError } from './render-http-error.ts';
import { answerInPlainText, respondText, respondUnavailable } from './respond.ts';
import { serveOcsp } from './serve-ocsp.ts';
import { type RevocationSource, serveRevocation } from './serve-revocation.ts';
import { type FindConnector, serveScep } from './serve-scep.ts';

/** A PKCSReq with an RSA-8192 key and ten certificates is well below. */
const MAX_BODY_OCTETS = 256 * 1024;

/** The tail is not split into segments: it may have thousands, and means nothing. */
const SCEP_PATH = /^\/scep\/(?<connector>[^/]+)\/(?<secret>[^/]+)(?:\/.*)?$/i;

/**
 * The listener for devices and the public. It never redirects, compresses or sets cookies, and it
 * ignores forwarding headers (docs/rfc8894-conformance.md C8, S22). It reads a body whatever its
 * Content-Type, because many clients send none.
 */
export function createEnrolListener(deps: {
  readonly enrolment: EnrolmentDependencies;
  readonly findConnector: FindConnector;
  /** The embedded CA, for its CRLs and OCSP answers; not needed to enrol. */
  readonly privateCa?: RevocationSource & { readonly ocspResponder: OcspResponder };
  /** Limits the SCEP messages that are handled concurrently; no limit without it. */
  readonly load?: LoadLimit;
  /** Where devices reach this listener; a proxy may remove its path from URLs or leave it. */
  readonly publicUrl?: string | undefined;
  readonly logger: Logger;
  /** By default that of the socket. */
  readonly clientAddress?: ClientAddress;
  readonly randomUuid?: () => string;
}): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  const { findConnector, privateCa, load, logger, randomUuid = randomUUID } = deps;
  if (privateCa) {
    serveRevocation(app, privateCa);
    serveOcsp(app, { ocspResponder: privateCa.ocspResponder, logger });
  }
  app.all(SCEP_PATH, async (request, response) => {
    const body = bodyOf(request);
    const isHeavy = isPkiOperation(request);
    // Before the body is there, when it costs least. A slow body does not count as load.
    if (isHeavy && load?.arrivalIsRefused()) {
      body.forget();
      respondUnavailable(response, OVERLOADED, THROTTLED);
      return;
    }
    const { connector: segment, secret } = request.params;
    const connector = await findConnector(String(segment), String(secret));
    if (connector === undefined) body.forget();
    else noteForLog(response, { connector: connector.id });
    const message = await body.whole();
    if (connector === undefined) {
      respondText(response, 404, 'There is no connector at this URL.', NO_CONNECTOR);
      return;
    }
    const serve = () => serveScep(deps, { connector, request, response, body: message });
    if (load === undefined || !isHeavy) await serve();
    else if (!(await load.admit(serve))) respondUnavailable(response, OVERLOADED, THROTTLED);
  });
  app.use(renderHttpError(logger));
  const below = withoutBasePath(answerInPlainText(app), deps.publicUrl);
  const saying = { logger, clientAddress: deps.clientAddress, message: 'request answered' };
  const answer = inTurn(logExchanges(below, saying), MAX_BODY_OCTETS);
  return (request, response) => {
    setRequestId(response, randomUuid());
    answer(request, response);
  };
}

function withoutBasePath(app: RequestListener, publicUrl: string | undefined): RequestListener {
  const basePath = publicUrl && new URL(publicUrl).pathname.replace(/\/+$/, '');
  if (!basePath) return app;
  return (request, response) => {
    const { url = '' } = request;
    if (url.startsWith(`${basePath}/`)) request.url = url.slice(basePath.length);
    app(request, response);
  };
}

const OVERLOADED = 'The server has too much to do. Try again later.';
/** AWS repeats the URL, which is secret. */
const NO_CONNECTOR = { message: "A connector with this endpoint doesn't exist." };
const THROTTLED: ErrorHeaders = {
  type: 'ThrottlingException',
  message: 'The request was denied due to request throttling.',
};

/**
 * PKIOperation costs RSA work and may wait for the CA. The other operations are cheap and never
 * refused: clients that get no answer to them fall back to weaker algorithms.
 */
function isPkiOperation({ method, url }: Pick<Request, 'method' | 'url'>): boolean {
  return method === 'POST' || parseScepQuery(url).operation === 'pkioperation';
}
