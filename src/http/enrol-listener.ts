import type { RequestListener } from 'node:http';
import express, { type Request, type RequestHandler } from 'express';
import type { EnrolmentDependencies } from '../enrolment/decider.ts';
import type { Logger } from '../observability/logger.ts';
import type { PrivateCa } from '../private-ca/private-ca.ts';
import { parseScepQuery } from '../scep/parse-scep-query.ts';
import type { LoadLimit } from './limit-load.ts';
import { renderHttpError } from './render-http-error.ts';
import { answerInPlainText, respondUnavailable } from './respond.ts';
import { serveOcsp } from './serve-ocsp.ts';
import { serveRevocation } from './serve-revocation.ts';
import { type FindConnector, serveScep } from './serve-scep.ts';

/** Octets of a POST body; a PKCSReq with an RSA-8192 key and ten certificates is well below. */
const MAX_BODY = 256 * 1024;

/**
 * The listener that devices and the public reach. It redirects nowhere, compresses nothing, sets no cookie and trusts no
 * forwarding header (protocol C8, S22). A body is read whole whatever its Content-Type: many clients send none (fact 9).
 */
export function createEnrolApp(deps: {
  readonly enrolment: EnrolmentDependencies;
  readonly findConnector: FindConnector;
  /** Whose CRLs are served; undefined when the CA is elsewhere. */
  readonly privateCa?: PrivateCa;
  /** How many SCEP messages are worked on at a time; all without it. */
  readonly load?: LoadLimit;
  readonly logger: Logger;
}): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  const readBody = express.raw({ type: () => true, limit: MAX_BODY, inflate: false });
  const { privateCa, load, logger } = deps;
  /** Before the body is read, which is when a refusal costs least. One that comes slowly takes nobody's place meanwhile. */
  const shed: RequestHandler<{ connector: string; secret: string }> = (request, response, next) => {
    if (isPkiOperation(request) && load?.refuses()) respondUnavailable(response, OVERLOADED);
    else next();
  };
  if (privateCa) {
    serveRevocation(app, privateCa);
    serveOcsp(app, { privateCa, logger }, readBody);
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

/** The operation that costs RSA, and may wait for the CA. The others are cheap, and clients that get none fall back to weaker ways. */
function isPkiOperation({ method, url }: Pick<Request, 'method' | 'url'>): boolean {
  return method === 'POST' || parseScepQuery(url).operation === 'pkioperation';
}
