import type { RequestListener } from 'node:http';
import express from 'express';
import type { EnrolmentDependencies } from '../enrolment/enrolment-dependencies.ts';
import type { Logger } from '../observability/logger.ts';
import type { PrivateCa } from '../private-ca/private-ca.ts';
import { answerInPlainText } from './answer-in-plain-text.ts';
import { renderHttpError } from './render-http-error.ts';
import type { FindConnector } from './scep-endpoint.ts';
import { serveScep } from './scep-endpoint.ts';
import { serveOcsp } from './serve-ocsp.ts';
import { serveRevocation } from './serve-revocation.ts';

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
  readonly logger: Logger;
}): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  const readBody = express.raw({ type: () => true, limit: MAX_BODY, inflate: false });
  const { privateCa, logger } = deps;
  if (privateCa) {
    serveRevocation(app, privateCa);
    serveOcsp(app, { privateCa, logger }, readBody);
  }
  app.all('/scep/:connector/:secret{/*tail}', readBody, (request, response) =>
    serveScep(deps, request, response),
  );
  app.use(renderHttpError(deps.logger));
  return answerInPlainText(app);
}
