import type { RequestListener } from 'node:http';
import express, { type Request, type RequestHandler } from 'express';
import type { EnrolmentDependencies } from '../enrolment/decider.ts';
import type { Logger } from '../observability/logger.ts';
import type { OcspResponder } from '../private-ca/ocsp/ocsp-responder.ts';
import { parseScepQuery } from '../scep/parse-scep-query.ts';
import type { LoadLimit } from './limit-load.ts';
import { renderHttpError } from './render-http-error.ts';
import { answerInPlainText, respondUnavailable } from './respond.ts';
import { serveOcsp } from './serve-ocsp.ts';
import { type RevocationSource, serveRevocation } from './serve-revocation.ts';
import { type FindConnector, serveScep } from './serve-scep.ts';

/** A PKCSReq with an RSA-8192 key and ten certificates is well below. */
const MAX_BODY_OCTETS = 256 * 1024;

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
  readonly logger: Logger;
}): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  const readBody = express.raw({ type: () => true, limit: MAX_BODY_OCTETS, inflate: false });
  const { privateCa, load, logger } = deps;
  /** Refuses before the body is read, when it costs least. A slow body does not count as load. */
  const shed: RequestHandler<{ connector: string; secret: string }> = (request, response, next) => {
    if (isPkiOperation(request) && load?.arrivalIsRefused())
      respondUnavailable(response, OVERLOADED);
    else next();
  };
  if (privateCa) {
    serveRevocation(app, privateCa);
    serveOcsp(app, { ocspResponder: privateCa.ocspResponder, logger }, readBody);
  }
  app.all('/scep/:connector/:secret{/*tail}', shed, readBody, async (request, response) => {
    const serve = () => serveScep(deps, request, response);
    if (load === undefined || !isPkiOperation(request)) await serve();
    else if (!(await load.admit(serve))) respondUnavailable(response, OVERLOADED);
  });
  app.use(renderHttpError(deps.logger));
  return answerInPlainText(app);
}

const OVERLOADED = 'The server has too much to do. Try again later.';

/**
 * PKIOperation costs RSA work and may wait for the CA. The other operations are cheap and never
 * refused: clients that get no answer to them fall back to weaker algorithms.
 */
function isPkiOperation({ method, url }: Pick<Request, 'method' | 'url'>): boolean {
  return method === 'POST' || parseScepQuery(url).operation === 'pkioperation';
}
