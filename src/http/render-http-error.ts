import type { ErrorRequestHandler } from 'express';
import { DecodeError } from '../asn1/decode-error.ts';
import { IssuerError } from '../issuer/issuer.ts';
import { logRarely } from '../observability/log-rarely.ts';
import type { Logger } from '../observability/logger.ts';
import { KeyStoreError } from '../private-ca/keys/key-store.ts';
import { ServerBusyError } from '../scep/open-pki-request.ts';
import { StoreUnavailableError, UnreadableRecordError } from '../store/record-store.ts';
import { noteForLog } from './log-exchanges.ts';
import { BodyError } from './receive-body.ts';
import { respondText, respondUnavailable } from './respond.ts';

/**
 * Answers every error on the enrol listener: 400 for a message or URL that cannot be read, the
 * status of a body that is refused, 503 while the CA, its key, the store or one of its records is
 * unavailable, and
 * otherwise an opaque 500 whose cause is logged. Lasting outages are logged once in ten seconds.
 */
export function renderHttpError(logger: Logger): ErrorRequestHandler {
  const logIssuer = logRarely(logger, 'the CA cannot be asked', 'error');
  const logStore = logRarely(logger, 'the store cannot be used', 'error');
  const logUnreadable = logRarely(logger, 'a stored record cannot be read', 'error');
  const logBusy = logRarely(logger, 'overloaded; devices are told to come back');
  const logKey = logRarely(logger, 'the key of a CA cannot be used', 'error');
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    if (error instanceof DecodeError) {
      respondText(response, 400, 'The request is not a SCEP message that can be read.', {
        message: 'The request could not be decoded. Please send a valid SCEP request.',
      });
    } else if (error instanceof IssuerError) {
      logIssuer({ fault: error.fault, detail: error.message });
      respondUnavailable(response, 'The certificate authority is not available. Try again later.');
    } else if (error instanceof StoreUnavailableError) {
      logStore({ detail: error.message });
      respondUnavailable(response, 'The server is not available. Try again later.');
    } else if (error instanceof UnreadableRecordError) {
      const { partition, collection, key, message: detail } = error;
      logUnreadable({ partition, collection, key, detail });
      respondUnavailable(response, 'The server is not available. Try again later.');
    } else if (error instanceof ServerBusyError) {
      logBusy({ detail: error.message });
      respondUnavailable(response, 'The server is busy. Try again later.');
    } else if (error instanceof KeyStoreError && error.fault === 'unavailable') {
      logKey({ detail: error.message });
      respondUnavailable(response, 'The certificate authority is not available. Try again later.');
    } else if (error instanceof BodyError) {
      respondText(response, error.status, error.message);
    } else if (isClientsMistake(error)) {
      respondText(response, 400, 'The request could not be read.');
    } else {
      noteForLog(response, { err: error }, { message: 'internal error', level: 'error' });
      respondText(response, 500, 'Internal error.');
    }
  };
}

/** Express marks a path that it cannot decode. Its message would show internals. */
function isClientsMistake(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 400;
}
