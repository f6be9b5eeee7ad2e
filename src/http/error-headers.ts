import type { ServerResponse } from 'node:http';
import type { Refusal, RefusalReason } from '../scep/refusal.ts';

/** What the headers say of an error, beside the CertRep or the text that the body says it with. */
export interface ErrorHeaders {
  /** The x-amzn-ErrorType, such as BadRequestException. */
  readonly type: string;
  /** The x-amzn-ErrorMessage. */
  readonly message: string;
}

const REQUEST_ID = 'x-amzn-RequestId';
/** A failInfoText may repeat a long name of the request. */
const MAX_MESSAGE_LENGTH = 512;

/**
 * The refusals that AWS names too ("Troubleshoot HTTP errors from Connector for SCEP" in the AWS
 * Private CA user guide), by type and in AWS's words. AWS sends them with HTTP 400, where RFC 8894
 * section 4.3 wants 200.
 */
const BAD_CHALLENGE =
  'Exactly one challenge password is required in the certificate signing request.';
const NAMED_BY_AWS: Readonly<Partial<Record<RefusalReason, Partial<ErrorHeaders>>>> = {
  'algorithm-not-allowed': { type: 'ValidationException' },
  'algorithm-unsupported': { type: 'ValidationException' },
  'authority-not-active': {
    type: 'ValidationException',
    message: 'The certificate authority is not active.',
  },
  'challenge-missing': { message: BAD_CHALLENGE },
  'challenge-repeated': { message: BAD_CHALLENGE },
  'challenge-wrong': { message: 'The challenge password is invalid.' },
  'key-not-allowed': { message: 'Key algorithm or length is not supported.' },
  'message-type-unknown': { message: 'Unsupported PkiOperation messageType.' },
};

/** Gives a response the id that its log line has. */
export function setRequestId(response: ServerResponse, requestId: string): void {
  response.setHeader(REQUEST_ID, requestId);
}

/** Undefined on the other listeners. */
export function requestIdOf(response: ServerResponse | undefined): string | undefined {
  return response?.getHeader(REQUEST_ID)?.toString();
}

/** The headers of a refusal whose body is a CertRep. */
export function setRefusalHeaders(response: ServerResponse, { reason, text }: Refusal): void {
  const named = NAMED_BY_AWS[reason];
  setErrorHeaders(response, { type: 'BadRequestException', message: text, ...named });
}

/** The headers of any error. Characters that a header cannot hold become question marks. */
export function setErrorHeaders(response: ServerResponse, { type, message }: ErrorHeaders): void {
  response.setHeader('x-amzn-ErrorType', type);
  const printable = message.slice(0, MAX_MESSAGE_LENGTH).replaceAll(/[^ -~]/gu, '?');
  response.setHeader('x-amzn-ErrorMessage', printable);
}
