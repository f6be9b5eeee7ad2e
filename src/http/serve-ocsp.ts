import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Express, Request, Response } from 'express';
import { SECOND_MS } from '../durations.ts';
import { logRarely } from '../observability/log-rarely.ts';
import type { Logger } from '../observability/logger.ts';
import { KeyStoreError } from '../private-ca/keys/key-store.ts';
import { OCSP_CACHING_MS, type OcspAnswer } from '../private-ca/ocsp/ocsp-answers.ts';
import { OCSP_FAILURES, type OcspResponder } from '../private-ca/ocsp/ocsp-responder.ts';
import { KeyBusyError } from '../private-ca/ocsp/ocsp-signatures.ts';
import { StoreUnavailableError, UnreadableRecordError } from '../store/record-store.ts';
import { noteForLog } from './log-exchanges.ts';
import { bodyOf } from './receive-body.ts';
import { respond, setRetryAfter } from './respond.ts';

interface Dependencies {
  readonly ocspResponder: OcspResponder;
  readonly logger: Logger;
}

/** A request in a URL is base64, which may hold slashes; that of a DER SEQUENCE begins with M. */
const GET_PATH = /^\/+(?:ocsp\/+)?(?=M)/;

const CONTENT_TYPE = 'application/ocsp-response';

/**
 * OCSP over HTTP (RFC 6960 appendix A, RFC 5019 section 5): below /ocsp, and at the root for CAs
 * with a custom OCSP name, whose URLs have no path. A failure is an OCSP error with an HTTP error
 * status, for caches, load balancers and clients that look no further (adr/0014).
 */
export function serveOcsp(app: Express, deps: Dependencies): void {
  const { ocspResponder, logger } = deps;
  const fail = createFailing(logger);
  let lastTurn: Promise<unknown> = Promise.resolve();
  const answer = async (message: Uint8Array, response: Response) => {
    noteForLog(response, {}, { message: 'OCSP request answered' });
    try {
      // One answer in each turn of the event loop, so that a flood leaves most time to enrolments.
      lastTurn = lastTurn.then(() => nextTurn());
      await lastTurn;
      send(response, await ocspResponder.answer(message));
    } catch (error) {
      fail(response, error);
    }
  };
  app.post(['/', '/ocsp'], async (request, response) => {
    await answer(await bodyOf(request).whole(), response);
  });
  app.get(GET_PATH, (request, response) => answer(messageOf(request), response));
}

/** Answers 503 to what passes, or can be mended, without a change of the request; else 500. */
function createFailing(logger: Logger): (response: Response, error: unknown) => void {
  const logBusy = logRarely(logger, 'OCSP requests arrive faster than the keys can sign answers');
  const logAway = logRarely(logger, 'no OCSP answers for now: the store or a key is unavailable');
  const logUnreadable = logRarely(logger, 'a stored record cannot be read', 'error');
  return (response, error) => {
    const isAway =
      error instanceof StoreUnavailableError ||
      (error instanceof KeyStoreError && error.fault === 'unavailable');
    const isUnreadable = error instanceof UnreadableRecordError;
    response.setHeader('Cache-Control', 'no-store');
    if (!isAway && !isUnreadable && !(error instanceof KeyBusyError)) {
      const message = 'an OCSP request could not be answered';
      noteForLog(response, { err: error }, { message, level: 'error' });
      respond(response, 500, CONTENT_TYPE, OCSP_FAILURES.internalError);
      return;
    }
    if (isAway) {
      logAway({ detail: error.message });
    } else if (isUnreadable) {
      const { partition, collection, key, message: detail } = error;
      logUnreadable({ partition, collection, key, detail });
    } else {
      logBusy({});
    }
    setRetryAfter(response);
    respond(response, 503, CONTENT_TYPE, OCSP_FAILURES.tryLater);
  };
}

/** An empty array, which is not a valid request, if the URL holds none. */
function messageOf({ path }: Request): Uint8Array {
  const base64 = decodeUri(path.replace(GET_PATH, ''));
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : new Uint8Array();
}

function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** Headers of RFC 5019 section 6.2, except that caches must ask again long before nextUpdate. */
function send(response: Response, { der, validity }: OcspAnswer): void {
  if (validity === undefined) {
    response.setHeader('Cache-Control', 'no-store');
  } else {
    const { thisUpdate, nextUpdate } = validity;
    response.setHeader('Last-Modified', new Date(thisUpdate).toUTCString());
    response.setHeader('Expires', new Date(nextUpdate).toUTCString());
    response.setHeader('ETag', `"${createHash('sha256').update(der).digest('hex')}"`);
    const directives = `max-age=${OCSP_CACHING_MS / SECOND_MS}, public, no-transform, must-revalidate`;
    response.setHeader('Cache-Control', directives);
  }
  respond(response, 200, CONTENT_TYPE, der);
}
