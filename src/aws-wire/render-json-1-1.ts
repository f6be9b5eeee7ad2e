import { AWS_ERRORS, type AwsError } from './aws-error.ts';
import type { WireReply } from './codec.ts';
import { JSON_CODEC } from './json-codec.ts';

const headers = { 'Content-Type': 'application/x-amz-json-1.1' };

/** An output in AWS JSON 1.1; undefined for an action without output. */
export function renderJson11(output: unknown): WireReply<string> {
  return { status: 200, headers, body: output === undefined ? '' : JSON_CODEC.encode(output) };
}

/** An error in AWS JSON 1.1, where every status is 400 except for the server's own faults. */
export function renderJson11Error({ code, message, members }: AwsError): WireReply<string> {
  const status = AWS_ERRORS[code] >= 500 ? AWS_ERRORS[code] : 400;
  const text = code === 'AccessDeniedException' ? { Message: message } : { message };
  return { status, headers, body: JSON_CODEC.encode({ __type: code, ...text, ...members }) };
}
