import { AWS_ERRORS, type AwsError, type AwsErrorCode } from '../aws-error.ts';
import { encodeJson, type WireReply } from '../wire-reply.ts';

const CONTENT_TYPE = { 'Content-Type': 'application/json' };

/** Of what stands in front of the operations: no model has them, and their message begins in lower case. */
export const FRONT_END_ERRORS: readonly AwsErrorCode[] = [
  'MissingAuthenticationTokenException',
  'IncompleteSignatureException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'ExpiredTokenException',
  'UnknownOperationException',
  'SerializationException',
  'ServiceUnavailable',
];

/** An output in REST-JSON; undefined is that of an operation without one, which is answered by an empty body. */
export function renderRestJson(status: number, output: unknown): WireReply {
  if (output === undefined) return { status, headers: {}, body: '' };
  return { status, headers: CONTENT_TYPE, body: encodeJson(output) };
}

/** An error in REST-JSON: its name in a header, its modelled members in the body (aws.md 1.4). */
export function renderRestJsonError({ code, message, members }: AwsError): WireReply {
  const text = FRONT_END_ERRORS.includes(code) ? { message } : { Message: message };
  return {
    status: AWS_ERRORS[code],
    headers: { ...CONTENT_TYPE, 'x-amzn-ErrorType': code },
    body: encodeJson({ ...text, ...members }),
  };
}
