import type { Request } from 'express';
import type { ConnectorRecord } from '../connectors/connector-record.ts';
import type { PkiOperationResult } from '../enrolment/handle-pki-operation.ts';
import type { Logger } from '../observability/logger.ts';
import { guessClient } from '../scep/guess-client.ts';

/** Header text from strangers is cut here before it reaches the log. */
const MAX_USER_AGENT = 120;

/**
 * One line for each answered PKIOperation: what was decided, and for a refusal its code, what was wrong, and where to look
 * (docs/troubleshooting.md). It names no subject and no secret (protocol C68, S20).
 */
export function logPkiOperation(
  logger: Logger,
  connector: ConnectorRecord,
  request: Request,
  { request: pkiRequest, decision }: PkiOperationResult,
): void {
  const { transactionId, messageType } = pkiRequest.attributes;
  const userAgent = request.get('user-agent');
  const entry = {
    connector: connector.id,
    transactionId,
    messageType,
    status: decision.outcome.status,
    client: guessClient({ userAgent, request: pkiRequest }),
    ...transport(request),
  };
  const { refusal, certificateArn } = decision;
  if (refusal === undefined) {
    logger.info({ ...entry, certificateArn }, 'PKIOperation answered');
  } else {
    const { reason, message: detail, hint, cause } = refusal;
    const why = cause instanceof Error ? { cause: cause.message } : {};
    logger.warn({ ...entry, reason, detail, hint, ...why }, 'PKIOperation refused');
  }
}

/** A request to a connector's URL that cannot be answered by a CertRep: `detail` is a DecodeError's message. */
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

function transport(request: Request): { method: string; userAgent: string | undefined } {
  return {
    method: request.method,
    userAgent: request.get('user-agent')?.slice(0, MAX_USER_AGENT),
  };
}
