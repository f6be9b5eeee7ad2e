import { AWS_ERRORS, type AwsError, type AwsErrorCode } from '../aws-error.ts';
import type { WireReply } from '../codec.ts';
import { JSON_CODEC } from '../json-codec.ts';

const CONTENT_TYPE = { 'Content-Type': 'application/json' };

/**
 * Errors of the front end, before an operation runs. No API model defines them, and their member
 * `message` begins in lower case.
 */
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

/** An output in REST-JSON; an operation without output (undefined) has an empty body. */
export function renderRestJson(status: number, output: unknown): WireReply<string> {
  if (output === undefined) return { status, headers: {}, body: '' };
  return { status, headers: CONTENT_TYPE, body: JSON_CODEC.encode(output) };
}

/** An error in REST-JSON: its name in a header, its modelled members in the body. */
export function renderRestJsonError({ code, message, members }: AwsError): WireReply<string> {
  const text = FRONT_END_ERRORS.includes(code) ? { message } : { Message: message };
  return {
    status: AWS_ERRORS[code],
    headers: { ...CONTENT_TYPE, 'x-amzn-ErrorType': code },
    body: JSON_CODEC.encode({ ...text, ...members }),
  };
}
