import type { Request } from 'express';
import type { ConnectorRecord } from '../connectors/connector-record.ts';
import type { PkiOperationResult } from '../enrolment/handle-pki-operation.ts';
import type { Logger } from '../observability/logger.ts';
import { requestIdOf } from './error-headers.ts';
import { bodyOf } from './receive-body.ts';

/** A client's User-Agent is cut to this length in the log. */
const MAX_USER_AGENT_LENGTH = 120;

/**
 * Logs one line for each answered PKIOperation: the decision and, for a refusal, its code, the
 * cause and what to do (docs/troubleshooting.md). `dropped` names what the request asked for and
 * the certificate does not have. The line holds no subject and no secret.
 */
export function logPkiOperation(
  logger: Logger,
  connector: ConnectorRecord,
  request: Request,
  { request: pkiRequest, client, decision }: PkiOperationResult,
): void {
  const { transactionId, messageType } = pkiRequest.attributes;
  const entry = {
    connector: connector.id,
    transactionId,
    messageType,
    status: decision.outcome.status,
    client,
    ...transport(request),
  };
  const { refusal, certificateArn, dropped = [] } = decision;
  if (refusal === undefined) {
    const without = dropped.length > 0 ? { dropped } : {};
    logger.info({ ...entry, certificateArn, ...without }, 'PKIOperation answered');
  } else {
    const { reason, message: detail, hint, cause } = refusal;
    const why = cause instanceof Error ? { cause: cause.message } : {};
    logger.warn({ ...entry, reason, detail, hint, ...why }, 'PKIOperation refused');
  }
}

/** Logs a message that no CertRep can answer. @param detail the message of the DecodeError */
export function logUnreadableRequest(
  logger: Logger,
  connector: ConnectorRecord,
  request: Request,
  detail: string,
): void {
  const hint = 'Not a SCEP message; detail says where reading it ended.';
  const entry = { connector: connector.id, reason: 'unreadable', detail, hint };
  logger.warn({ ...entry, ...transport(request) }, 'unreadable request');
}

/** Logs a GetCACaps, GetCACert or GetNextCACert that was answered. */
export function logCaOperation(
  logger: Logger,
  connector: ConnectorRecord,
  request: Request,
  operation: string,
): void {
  const { statusCode } = request.res ?? {};
  const entry = { connector: connector.id, operation, httpStatus: statusCode };
  logger.info({ ...entry, ...transport(request) }, 'CA operation answered');
}

/** `remoteAddress` is that of the device, or of the proxy in front of this server. */
function transport(request: Request) {
  const { since, octets } = bodyOf(request);
  return {
    remoteAddress: request.socket.remoteAddress,
    requestOctets: request.url.length + octets(),
    replyOctets: request.res?.getHeader('Content-Length'),
    milliseconds: Math.round(performance.now() - since),
    requestId: requestIdOf(request.res),
    method: request.method,
    userAgent: request.get('user-agent')?.slice(0, MAX_USER_AGENT_LENGTH),
  };
}
