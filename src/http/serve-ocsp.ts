import { createHash } from 'node:crypto';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { Logger } from '../observability/logger.ts';
import { answerOcspRequest } from '../private-ca/answer-ocsp-request.ts';
import type { OcspAnswer } from '../private-ca/ocsp-answer.ts';
import { OCSP_INTERNAL_ERROR } from '../private-ca/ocsp-answers.ts';
import type { PrivateCa } from '../private-ca/private-ca.ts';
import { respond } from './respond.ts';

interface Dependencies {
  readonly privateCa: PrivateCa;
  readonly logger: Logger;
}

/** A request in a URL is base64, which may hold slashes; DER that begins with a SEQUENCE begins with M in it. */
const GET_PATH = /^\/+(?:ocsp\/+)?(?=M)/;

/** Seconds for which caches may keep an answer: how late they may make a revocation. */
const MAX_AGE = 300;

/**
 * OCSP over HTTP (RFC 6960 appendix A, RFC 5019 section 5): below /ocsp, and at the root for names of an authority's own, whose URLs
 * in certificates have no path. A request that fails is answered in OCSP too.
 * @param readBody gives the octets of a POST as `request.body`
 */
export function serveOcsp(app: Express, deps: Dependencies, readBody: RequestHandler): void {
  app.post(['/', '/ocsp'], readBody, async (request, response) => {
    const body: unknown = request.body;
    const message = body instanceof Uint8Array ? body : new Uint8Array();
    send(response, await answer(deps, message));
  });
  app.get(GET_PATH, async (request, response) => {
    send(response, await answer(deps, messageOf(request)));
  });
}

async function answer({ privateCa, logger }: Dependencies, message: Uint8Array) {
  try {
    return await answerOcspRequest(privateCa, message);
  } catch (error) {
    logger.error({ err: error }, 'an OCSP request could not be answered');
    return OCSP_INTERNAL_ERROR;
  }
}

/** No octets, which are no request, when the URL holds none. */
function messageOf({ url }: Request): Uint8Array {
  const base64 = decodeUri(url.replace(/\?.*$/, '').replace(GET_PATH, ''));
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : new Uint8Array();
}

function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** RFC 5019 section 6.2, but that caches are to ask again long before nextUpdate. */
function send(response: Response, { der, validity }: OcspAnswer): void {
  if (validity === undefined) {
    response.setHeader('Cache-Control', 'no-store');
  } else {
    const { thisUpdate, nextUpdate } = validity;
    response.setHeader('Last-Modified', new Date(thisUpdate).toUTCString());
    response.setHeader('Expires', new Date(nextUpdate).toUTCString());
    response.setHeader('ETag', `"${createHash('sha256').update(der).digest('hex')}"`);
    const directives = `max-age=${MAX_AGE}, public, no-transform, must-revalidate`;
    response.setHeader('Cache-Control', directives);
  }
  respond(response, 200, 'application/ocsp-response', der);
}
