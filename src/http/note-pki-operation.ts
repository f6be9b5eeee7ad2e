import type { ServerResponse } from 'node:http';
import type { PkiOperationResult } from '../enrolment/handle-pki-operation.ts';
import { noteForLog } from './log-exchanges.ts';

/**
 * Says in the line of a PKIOperation what was decided and, for a refusal, its code, the cause and
 * what to do (docs/troubleshooting.md). `dropped` names what the request asked for and the
 * certificate does not have. The line holds no subject and no secret.
 */
export function notePkiOperation(
  response: ServerResponse,
  { request, client, decision }: PkiOperationResult,
): void {
  const { transactionId, messageType } = request.attributes;
  const { status } = decision.outcome;
  const entry = { transactionId, messageType, status, client };
  const { refusal, certificateArn, dropped = [] } = decision;
  if (refusal === undefined) {
    const without = dropped.length > 0 ? { dropped } : {};
    const members = { ...entry, certificateArn, ...without };
    noteForLog(response, members, { message: 'PKIOperation answered' });
  } else {
    const { reason, message: detail, hint, cause } = refusal;
    const why = cause instanceof Error ? { cause: cause.message } : {};
    const members = { ...entry, reason, detail, hint, ...why };
    noteForLog(response, members, { message: 'PKIOperation refused', level: 'warn' });
  }
}

/** Says that no CertRep can answer the message. @param detail the message of the DecodeError */
export function noteUnreadable(response: ServerResponse, detail: string): void {
  const hint = 'Not a SCEP message; detail says where reading it ended.';
  const members = { reason: 'unreadable', detail, hint };
  noteForLog(response, members, { message: 'unreadable request', level: 'warn' });
}
