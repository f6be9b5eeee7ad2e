import type { ErrorRequestHandler } from 'express';
import { DecodeError } from '../asn1/decode-error.ts';
import { IssuerError } from '../issuer/issuer.ts';
import { logRarely } from '../observability/log-rarely.ts';
import type { Logger } from '../observability/logger.ts';
import { KeyStoreError } from '../private-ca/keys/key-store.ts';
import { StoreUnavailableError } from '../store/record-store.ts';
import { respondText, respondUnavailable } from './respond.ts';

/** Replaces the messages of express and its body reader, which would show internals. */
const TEXTS: Readonly<Record<number, string>> = {
  400: 'The request could not be read.',
  413: 'The body is larger than 256 KiB.',
  415: 'The body must not be compressed.',
};

/**
 * Answers every error on the enrol listener: 400 for a message that cannot be read, 503 while the
 * CA, its key or the store is unavailable, express's status for what it refuses, and otherwise an
 * opaque 500 whose cause is logged. Lasting outages are logged once in ten seconds.
 */
export function renderHttpError(logger: Logger): ErrorRequestHandler {
  const logIssuer = logRarely(logger, 'the CA cannot be asked', 'error');
  const logStore = logRarely(logger, 'the store cannot be used', 'error');
  const logKey = logRarely(logger, 'the key of a CA cannot be used', 'error');
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    if (error instanceof DecodeError) {
      respondText(response, 400, 'The request is not a SCEP message that can be read.');
    } else if (error instanceof IssuerError) {
      logIssuer({ fault: error.fault, detail: error.message });
      respondUnavailable(response, 'The certificate authority is not available. Try again later.');
    } else if (error instanceof StoreUnavailableError) {
      logStore({ detail: error.message });
      respondUnavailable(response, 'The server is not available. Try again later.');
    } else if (error instanceof KeyStoreError && error.fault === 'unavailable') {
      logKey({ detail: error.message });
      respondUnavailable(response, 'The certificate authority is not available. Try again later.');
    } else {
      const status = statusOf(error);
      if (status === 500) logger.error({ err: error }, 'internal error');
      if (status === 413) response.setHeader('Connection', 'close');
      respondText(response, status, TEXTS[status] ?? 'Internal error.');
    }
  };
}

/** express and http-errors mark the client's mistakes with a 4xx status. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && TEXTS[status] !== undefined ? status : 500;
}
