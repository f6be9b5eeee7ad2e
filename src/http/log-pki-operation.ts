import type { Request } from 'express';
import type { ConnectorRecord } from '../connectors/connector-record.ts';
import type { PkiOperationResult } from '../enrolment/handle-pki-operation.ts';
import type { Logger } from '../observability/logger.ts';

/** Header text from strangers is cut here before it reaches the log. */
const MAX_USER_AGENT = 120;

/** One line for each answered PKIOperation. It names no subject and no secret (protocol C68, S20). */
export function logPkiOperation(
  logger: Logger,
  connector: ConnectorRecord,
  request: Request,
  { request: pkiRequest, decision }: PkiOperationResult,
): void {
  const { transactionId, messageType } = pkiRequest.attributes;
  const entry = {
    connector: connector.id,
    transactionId,
    messageType,
    status: decision.outcome.status,
    reason: decision.refusal?.reason,
    detail: decision.refusal?.message,
    certificateArn: decision.certificateArn,
    ...client(request),
  };
  if (decision.outcome.status === 'FAILURE') logger.warn(entry, 'PKIOperation refused');
  else logger.info(entry, 'PKIOperation answered');
}

/** A request to a connector's URL that cannot be answered by a CertRep: `reason` is a DecodeError's. */
export function logUnreadableRequest(
  logger: Logger,
  connector: ConnectorRecord,
  request: Request,
  reason: string,
): void {
  logger.warn({ connector: connector.id, reason, ...client(request) }, 'unreadable request');
}

function client(request: Request): { method: string; userAgent: string | undefined } {
  return {
    method: request.method,
    userAgent: request.get('user-agent')?.slice(0, MAX_USER_AGENT),
  };
}
